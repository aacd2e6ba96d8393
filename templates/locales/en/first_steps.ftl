# Proving the address of a sign-in, and accounts that the tenant made
confirm-lede = Nobody has confirmed this address yet. Once it is confirmed, you can get back in by email if you ever lose your password.
confirm-then = Then you set a new password, because somebody else may know the one that you were given.
confirm-later = Not now
waiting-heading = An account is waiting for you
waiting-lede = { $tenant } has made an account with this address. To use it, enter the password that it has now.
waiting-then = Then you set a new password, and everybody else is signed out.
waiting-use = Use this account
waiting-instead = Create a new account instead
waiting-note = A new account starts empty. What { $tenant } keeps for you stays with the other one.

# What comes next for somebody new
welcome-title = Welcome
welcome-heading = Welcome, { $name }
welcome-lede = Your account is ready. Here is what you can do next.
welcome-own = Your own organization
welcome-own-note = It belongs to you alone. Apps that you use for yourself keep your things there.
welcome-invitations = Invitations for you
welcome-invitations-note = What you do not answer stays open until its date.
welcome-apps = Apps
welcome-account = Your account
welcome-account-note = Change your name and language, add addresses, see where you are signed in.

# A sign-in of one's own
own-heading = Set up a sign-in of your own
own-lede = You sign in through { $tenant }. With an address and a password of your own you can also come in without it.
own-then = The address has to be yours: we will send a code there. Then you set a password, and sign in with both.

# The address of an invitation
invitation-prove = This address is mine too: confirm it
