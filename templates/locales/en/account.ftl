# The page of the account
account-title = Your account
account-open = Manage your account
account-back = Back to your account
account-save = Save
account-manage = Manage

# Name and language
account-profile = Name and language
account-unnamed = No name yet
account-language = Language
account-language-auto = As the browser asks for
account-language-note = Emails to you and this page use it.

# Addresses
account-addresses = Email addresses
account-addresses-lede = Codes and notices go to confirmed addresses only.
account-address-primary = Main address
account-address-proven = Confirmed
account-address-unproven = Not confirmed yet
account-address-lapsed = Has to be confirmed again
account-address-refused = Emails to this address have been refused since { $date }. As soon as one gets through, this note is gone. If you no longer have the mailbox, make another address the main one and remove this one.
account-address-prove = Confirm
account-address-promote = Make main address
account-address-remove = Remove
account-address-add = Add an address
account-address-add-lede = We will send a code there, to be sure that it is yours.
account-address-add-promote = Make it my main address once it is confirmed

# Password
account-password = Password
account-password-since = Set on { $date }
account-password-none = No password is set.
account-password-change = Change the password
account-password-note = You stay signed in here and are signed out everywhere else.

# Devices
account-sessions = Devices
account-sessions-count =
    { $count ->
        [one] Signed in on one device
       *[other] Signed in on { $count } devices
    }
account-sessions-lede = This is where you are signed in. End what you do not recognize.
account-session-here = This browser
account-session-unknown = Unknown device
account-session-seen = Last used { $date }
account-session-end = End
account-session-end-others = End all others

# Organizations
account-organizations = Organizations
account-organizations-none = You are not a member of an organization.
account-organizations-only = You signed in through your organization, so only what concerns it is shown here.
account-organization-open = Open
account-organization-leave = Leave
account-leave-heading = Leave { $tenant }?
account-leave-lede = You lose access to its apps at once. Only an administrator can let you in again.
account-stay = Stay

# A change of the main address taken back
undo-heading = Take the change back?
undo-lede = { $old } becomes the main address of your account again.
undo-removes = { $new } is removed from it.
undo-consequence = Your account is signed out on every device, and its password is removed. You then set a new one.
undo-confirm = Take the change back
undone-heading = The change is taken back
undone-lede = Your account is signed out everywhere. Set a new password now.

# Apps
account-apps = Connected apps
account-apps-lede = These apps have access to your account. What you remove has to ask you again.
account-apps-none = No app has access to your account.
account-app-since = Since { $date }
account-app-revoke = Remove access

# Why something of it did not work
full_session_required = You signed in through your organization. This needs a sign-in of your own.
    .title = Sign in with your own password
    .next = Sign out, then open the start page of this service and sign in with your password.
email_verification_required = Confirm your email address first.
    .title = Confirm your address first
    .next = Go back to your addresses and confirm the one that is there.
address_held = This address cannot be added to your account.
    .title = Address not available
    .next = Use another address. If both accounts are yours, remove it from the other one first.
address_known = This address belongs to your account already.
    .title = You have this address already
    .next = Go back to your addresses.
address_primary = This is your main address.
    .title = Your main address stays
    .next = Make another confirmed address the main one first.
address_undoable = This was your main address until a short time ago. It stays for three days, so that the change can be taken back.
    .title = This address stays for now
    .next = Remove it when three days have passed since the change.
addresses_full = An account has at most ten addresses.
    .title = Too many addresses
    .next = Remove one of your addresses first.
last_owner = You are the only owner of this organization.
    .title = The last owner cannot leave
    .next = Make somebody else an owner first.
undo_gone = This link is good no longer. It was used before, or its time is over.
    .title = The link has expired
    .next = If somebody else uses your account, set a new password.
