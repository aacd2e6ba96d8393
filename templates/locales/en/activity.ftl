# What happened to an account
account-activity = Activity
account-activity-lede = What happened to your account, newest first. Times are in UTC.
account-activity-none = There is nothing here.
account-activity-older = Older
account-activity-newest = Back to the newest

# The events of a person
event-signin-succeeded = Signed in
event-session-ended = Signed out on one device
event-sessions-revoked = Signed out on several devices at once
event-identity-created = The account was created
event-identity-deleted = The account was deleted
event-credential-changed = The password was set
event-credential-removed = The password was removed
event-password-reset = A new password was set by email
event-credential-add-denied = Something was not added, as no address is confirmed
event-email-claimed = An email address was added
event-email-verified = An email address was confirmed
event-email-claim-evicted = Somebody else confirmed an address that was not confirmed here
event-email-stale = An email address has to be confirmed again: letters to it were refused for long
event-email-retired = An email address was removed
event-email-changed = The main address was changed
event-email-change-undone = The change of the main address was taken back
event-profile-changed = Name or language was changed
event-member-changed = Your membership in an organization changed
event-invitation-accepted = An invitation was accepted
event-invitation-declined = An invitation was declined
event-account-exported = Your data was downloaded
event-deletion-requested = Deletion of the account was asked for
event-deletion-cancelled = The account is kept
event-deletion-postponed = Deletion of the account was put off
