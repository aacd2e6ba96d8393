//! The codes of all checks and denials, so that whoever has words for them can see that none is without.

/// Every code that a trace or a denial of this connector may carry, in order.
pub const CODES: &[&str] = &[
    "github_address",
    "github_api",
    "github_cannot_be_fresh",
    "github_user",
    "oidc_access_token",
    "oidc_acr",
    "oidc_address",
    "oidc_algorithm",
    "oidc_at_hash",
    "oidc_audience",
    "oidc_auth_time",
    "oidc_authorization_endpoint",
    "oidc_azp",
    "oidc_callback_form",
    "oidc_callback_issuer",
    "oidc_callback_method",
    "oidc_claims",
    "oidc_client_key",
    "oidc_code",
    "oidc_directory",
    "oidc_discovery",
    "oidc_discovery_endpoint",
    "oidc_discovery_issuer",
    "oidc_expired",
    "oidc_groups",
    "oidc_groups_elsewhere",
    "oidc_header",
    "oidc_header_type",
    "oidc_hosted_domain",
    "oidc_id_token",
    "oidc_issued",
    "oidc_issuer",
    "oidc_jwks",
    "oidc_key",
    "oidc_key_issuer",
    "oidc_logout_event",
    "oidc_logout_jti",
    "oidc_logout_nonce",
    "oidc_logout_unsupported",
    "oidc_logout_whom",
    "oidc_memo",
    "oidc_nonce",
    "oidc_not_before",
    "oidc_request",
    "oidc_settings_changed",
    "oidc_signature",
    "oidc_state",
    "oidc_subject",
    "oidc_token",
    "oidc_token_form",
    "oidc_token_refused",
    "oidc_token_type",
    "oidc_upstream_error",
    "oidc_userinfo",
    "oidc_userinfo_subject",
    "token_invalid_client",
    "token_invalid_grant",
    "token_invalid_request",
    "token_redirect_uri",
    "token_refused",
    "token_unauthorized_client",
    "token_unsupported_grant_type",
    "upstream_account_selection_required",
    "upstream_application_suspended",
    "upstream_consent_required",
    "upstream_error_unknown",
    "upstream_interaction_required",
    "upstream_invalid_request",
    "upstream_invalid_scope",
    "upstream_login_required",
    "upstream_redirect_uri_mismatch",
    "upstream_registration_not_supported",
    "upstream_request_not_supported",
    "upstream_server_error",
    "upstream_temporarily_unavailable",
    "upstream_unauthorized_client",
    "upstream_unmet_authentication_requirements",
    "upstream_unsupported_response_type",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// Words of the protocol that look like codes.
    const OTHERS: [&str; 1] = ["token_type"];

    #[test]
    fn every_code_that_is_used_is_listed_and_no_other() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut used = BTreeSet::new();
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.file_name() == "codes.rs" || !entry.file_type().unwrap().is_file() {
                continue;
            }
            let text = std::fs::read_to_string(entry.path()).unwrap();
            let words = text.split('"').filter(|word| {
                let prefix = word.split('_').next().unwrap_or_default();
                ["oidc", "github", "upstream", "token"].contains(&prefix)
                    && word.contains('_')
                    && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            });
            used.extend(words.filter(|word| !OTHERS.contains(word)).map(str::to_owned));
        }
        let listed: BTreeSet<String> = CODES.iter().map(|code| (*code).to_owned()).collect();
        assert_eq!(used, listed);
        assert!(CODES.is_sorted());
    }
}
