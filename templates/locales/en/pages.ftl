# Words on every page
continue = Continue
sign-in = Sign in
sign-in-again = Sign in again
sign-out = Sign out
start-again = Start again
title-problem = Problem:
to-app = to continue to { $app }
signed-in-as = Signed in as { $address }
operation-label = Reference for support

# Identifier
identifier-label = Email address
identifier-placeholder = you@company.com
identifier-chooser = Choose an account that is already signed in

# Password
password-heading = Enter your password
password-label = Password
password-change = Not you?

# Account chooser
accounts-heading = Choose an account
accounts-sign-out-of = Sign out { $address }
labelled = { $label }: { $value }
label-above = { $label }:
listed = { $list }, { $next }
accounts-other = Use another account

# Organisation chooser
tenants-heading = Choose an organization
tenants-none = You are not a member of an organization here yet. Ask an administrator to add you.
tenants-elsewhere = Is yours missing? Organizations hosted elsewhere have a sign-in address of their own. Your administrator knows it.

# Consent
consent-title = Allow { $app }?
consent-heading = { $app } asks for access to your account
consent-host = You will continue at { $host }
consent-scopes = { $app } would be able to:
consent-allow = Allow
consent-deny = Deny
consent-note = Allow this only if you trust { $app }.
scope-openid = Know who you are when you sign in
scope-profile = See your name and basic profile
scope-email = See your email address
scope-offline-access = Stay connected while you are away
scope-custom = Use the permission “{ $scope }”

# Signing out
sign-out-heading = Sign out?
sign-out-lede = This ends your session with { $product } in this browser.
sign-out-stay = Stay signed in
signed-out-heading = You are signed out
signed-out-lede = You can close this window now.
signed-out-return = Back to { $app }

# Form post
form-post-title = One moment
form-post-lede = You are being taken back to the app. If nothing happens, continue with the button.

# Home
home-title = Your account
home-heading = You are signed in
home-lede = This is the account that you use with { $product } in this browser.
home-welcome = Welcome to { $product }
home-signed-out = You are not signed in.

# Signed in, without an app to go on to
