# Being asked to join an organization
invitation-heading = You are invited to join { $tenant }
invitation-by = { $inviter } invites you.
invitation-for = For
invitation-role = As
invitation-until = Open until
invitation-accept = Accept the invitation
invitation-decline = Decline
invitation-sign-in-first = Sign in with this address to answer, or create your account with it.
invitation-note = If you did not expect this, close this page. Nothing will happen.
invitation-own-address = If this address is yours too, add it to your account and confirm it there. Then open the link from the email again.
invitation-declined = You have declined
invitation-declined-lede = You will not become a member of { $tenant }. Somebody there can invite you again.
joined = You are now a member of { $tenant }.
joined-already = You were a member of { $tenant } already. Nothing has changed.

# Why an answer was not taken
invitation_gone = This invitation can no longer be used.
    .title = The invitation is not valid
    .next = Ask whoever invited you for another one.
invitation_address_mismatch = You are signed in with an account that this invitation is not for.
    .title = The invitation is for another address
    .next = Sign in with the account that the invitation is for.
unknown_field = The form contained something that does not belong there.
    .title = Unexpected input
    .next = Go back, reload the page and try again.
