# Words in every mail
mail-greeting = Hello { $name },
mail-valid = Good for { $minutes } minutes. If you typed the code already, this mail has done its work.
mail-plain-link = If the button does not work, open this address:
mail-what-happened = What this is about
mail-fact-account = Account
mail-fact-time = Time
mail-fact-network = Network
mail-fact-device = Browser
mail-fact-address = Address
mail-fact-new-address = New address
mail-fact-old-address = Former address
mail-fact-until = Good until
mail-fact-due = Date
mail-footer = Sent by { $product }, because somebody used this address there. Nobody will ask you for a code or a link from this mail: never pass one on.
mail-account = Open your account
mail-forgot = Set a new password
mail-sign-in = Sign in
mail-not-you = If this was not you, set a new password at once, then look through the email addresses and devices of your account.

# Creating an account
mail-sign-up-code = Confirm your address
    .subject = Confirm your address for { $product }
    .lede = Type this code in the window where you began to create your account:
    .button = Confirm the address
    .unasked = If you did not ask for an account, ignore this mail. None is created without the code.
mail-already-have-account = You already have an account
    .subject = You already have an account with { $product }
    .lede = Somebody, perhaps you, wanted to create an account with this address. It already has one, so nothing has changed.
    .unasked = If it was not you, there is nothing to do.

# Addresses
mail-prove-address = Confirm your address
    .subject = Confirm your address for { $product }
    .lede = Type this code in the window where you added the address:
    .button = Confirm the address
    .unasked = If you did not add this address anywhere, ignore this mail. Without the code nothing happens.
mail-address-added = An address was added
    .subject = An address was added to your { $product } account
    .lede = Your account has a further address.
mail-address-change-requested = Another main address was asked for
    .subject = Another main address was asked for in your { $product } account
    .lede = The main address of your account is to change as soon as the new one is confirmed. Until then everything stays as it is.
    .unasked = If this was not you, remove the new address from your account and set a new password.
mail-address-changed = Your main address has changed
    .subject = The main address of your { $product } account has changed
    .lede = Your account has another main address from now on.
    .button = Take the change back
    .unasked = If this was not you, take the change back with the button above. It also signs your account out everywhere and removes the password.
mail-address-restored = Your earlier main address is back
    .subject = The main address of your { $product } account is the earlier one again
    .lede = The address below is the main address of your account again. Other browsers have been signed out. If the link in our mail was used for this, the password is gone too: set a new one.
mail-address-removed = An address was removed
    .subject = An address was removed from your { $product } account
    .lede = Your account no longer has the address below.
mail-address-stale = Letters to an address come back
    .subject = Letters to an address of your { $product } account come back
    .lede = Letters to the address below have come back for a long time. It stays in your account, but nobody can sign in or set a new password with it until you confirm it again.
    .unasked = If the address is still yours, confirm it again in your account. If not, remove it there.
mail-nothing-changed = Nothing has changed
    .subject = Somebody typed your address at { $product }
    .lede = Somebody tried to add this address to another account. It belongs to yours, so nothing has changed.
    .unasked = There is nothing to do. If you have two accounts yourself, remove the address from one of them first.

# Passwords and sign-in
mail-recovery-code = Set a new password
    .subject = A new password for { $product }
    .lede = Type this code in the window where you asked for a new password:
    .button = Set a new password
    .unasked = If you did not ask for it, ignore this mail. Your password stays as it is.
mail-password-changed = Your password was changed
    .subject = Your { $product } password was changed
    .lede = A new password is in force, and other browsers have been signed out.
mail-new-device = A new browser signed in
    .subject = New sign-in to your { $product } account
    .lede = Your account was used in a browser that had not been seen before.
mail-refused-tries = Many wrong passwords were tried
    .subject = Wrong passwords for your { $product } account
    .lede = Somebody tried wrong passwords for your account, and was slowed down. Nobody got in by this.
    .unasked = If your password is used elsewhere too, set a new one. Otherwise there is nothing to do.

# Invitations
mail-invitation = You are invited
    .subject = Invitation to { $tenant }
    .lede = You are invited to join { $tenant } as { $role }.
    .by = { $inviter } invites you to join { $tenant } as { $role }.
    .button = Open the invitation
    .unasked = If you do not expect this, ignore this mail. You join nothing without opening and accepting it.
mail-role-owner = owner
mail-role-admin = administrator
mail-role-auditor = auditor
mail-role-member = member

# Leaving
mail-deletion-requested = Your account will be deleted
    .subject = Your { $product } account will be deleted
    .lede = You asked for your account to be deleted. Until the date below you can change your mind.
    .button = Keep the account
    .unasked = If this was not you, keep the account with the button above and set a new password.
mail-deletion-postponed = Your account was not deleted
    .subject = Your { $product } account was not deleted
    .lede = Meanwhile you have become the only owner of { $tenants }. Make somebody else an owner there. It will be tried again on the date below.
    .button = Keep the account
    .unasked = If you no longer want this, keep the account with the button above.
mail-account-deleted = Your account is deleted
    .subject = Your { $product } account is deleted
    .lede = Your account and what belonged to it are deleted. This is the last mail to you.
    .unasked = If this was not you, turn to whoever runs the service at the address below.

# Setting up
mail-test = Mail works
    .subject = Test mail from { $product }
    .lede = This mail was sent to try the mail server out. It has arrived.
    .unasked = If you do not run this service, ignore this mail.
