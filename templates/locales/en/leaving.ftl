# A copy of everything
account-data = Your data
account-data-lede = One file with everything that is kept about you: profile, addresses, ways to sign in, devices, organizations, apps and what happened. It holds no password.
account-data-note = Keep the file to yourself. Whoever has it can read all of this.
account-data-download = Download the file

# The end of an account
account-deletion = Delete the account
account-deletion-lede = Your account is deleted seven days after you ask for it. Until then you can keep it: here, or with the link that every confirmed address is sent.
account-deletion-gone = Name, password, devices, memberships and what apps may do are gone for good then. Your addresses cannot be used for another account for 30 days after that.
account-deletion-ask = Delete my account
account-deletion-owner = These organizations have no other owner than you. Make somebody else an owner first.
account-deletion-due = Your account will be deleted on { $date }.
account-deletion-keep = Keep my account
keep-heading = Keep your account?
keep-note = If you want it to be deleted, close this page.
kept-heading = Your account stays
kept-lede = It will not be deleted. If you did not ask for that, set a new password now.
