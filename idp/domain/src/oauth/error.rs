//! The protocol's names for what went wrong.

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $code)] $variant),+ }

        impl $name {
            /// The code as it stands on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::error::Error for $name {}
    };
}

codes! {
    /// Errors that the authorization endpoint returns to a redirect URI (RFC 6749, section 4.1.2.1; OIDC Core,
    /// section 3.1.2.6; RFC 8707, section 2).
    AuthorizeError {
        /// A parameter is missing, doubled, malformed or not supported together.
        InvalidRequest = "invalid_request",
        /// The client may not use this grant.
        UnauthorizedClient = "unauthorized_client",
        /// The person or the tenant's rules said no.
        AccessDenied = "access_denied",
        /// Anything but `code`.
        UnsupportedResponseType = "unsupported_response_type",
        /// An unknown or not registered scope.
        InvalidScope = "invalid_scope",
        /// A fault of ours.
        ServerError = "server_error",
        /// Over capacity.
        TemporarilyUnavailable = "temporarily_unavailable",
        /// `prompt=none`, and a page would have to be shown.
        InteractionRequired = "interaction_required",
        /// `prompt=none`, and nobody is signed in.
        LoginRequired = "login_required",
        /// `prompt=none`, and an account or organisation would have to be chosen.
        AccountSelectionRequired = "account_selection_required",
        /// `prompt=none`, and consent is missing.
        ConsentRequired = "consent_required",
        /// A `request` object was sent.
        RequestNotSupported = "request_not_supported",
        /// A `request_uri` was sent.
        RequestUriNotSupported = "request_uri_not_supported",
        /// A `registration` parameter was sent.
        RegistrationNotSupported = "registration_not_supported",
        /// A resource that the client may not ask tokens for.
        InvalidTarget = "invalid_target",
        /// The demanded `acr` cannot be reached.
        UnmetAuthenticationRequirements = "unmet_authentication_requirements",
    }
}

codes! {
    /// Errors of the token, introspection and revocation endpoints (RFC 6749, section 5.2; RFC 7009, section 2.2.1;
    /// RFC 8707, section 2).
    TokenError {
        /// A parameter is missing, doubled or malformed.
        InvalidRequest = "invalid_request",
        /// Client authentication failed, for whatever reason.
        InvalidClient = "invalid_client",
        /// The code or refresh token is not usable, for whatever reason.
        InvalidGrant = "invalid_grant",
        /// The client may not use this grant.
        UnauthorizedClient = "unauthorized_client",
        /// No such grant here.
        UnsupportedGrantType = "unsupported_grant_type",
        /// More than was granted, or unknown.
        InvalidScope = "invalid_scope",
        /// A resource that this grant does not cover.
        InvalidTarget = "invalid_target",
        /// Over capacity.
        TemporarilyUnavailable = "temporarily_unavailable",
        /// A fault of ours.
        ServerError = "server_error",
    }
}
