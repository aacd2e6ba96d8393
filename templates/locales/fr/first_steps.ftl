# Proving the address of a sign-in, and accounts that the tenant made
confirm-lede = Personne n’a encore confirmé cette adresse. Une fois confirmée, elle vous permettra de revenir par e-mail si vous perdez votre mot de passe.
confirm-then = Vous choisirez ensuite un nouveau mot de passe, car quelqu’un d’autre connaît peut-être celui qui vous a été donné.
confirm-later = Pas maintenant
waiting-heading = Un compte vous attend
waiting-lede = { $tenant } a créé un compte avec cette adresse. Pour l’utiliser, saisissez le mot de passe qu’il a actuellement.
waiting-then = Vous choisirez ensuite un nouveau mot de passe, et toutes les autres sessions prendront fin.
waiting-use = Utiliser ce compte
waiting-instead = Créer plutôt un nouveau compte
waiting-note = Un nouveau compte est vide. Ce que { $tenant } garde pour vous reste dans l’autre.

# What comes next for somebody new
welcome-title = Bienvenue
welcome-heading = Bienvenue, { $name }
welcome-lede = Votre compte est prêt. Voici ce que vous pouvez faire maintenant.
welcome-own = Votre propre organisation
welcome-own-note = Elle n’appartient qu’à vous. Les applications que vous utilisez pour vous-même y gardent vos données.
welcome-invitations = Vos invitations
welcome-invitations-note = Ce à quoi vous ne répondez pas reste ouvert jusqu’à sa date.
welcome-apps = Applications
welcome-account = Votre compte
welcome-account-note = Changez votre nom et votre langue, ajoutez des adresses, voyez où vous êtes connecté.

# A sign-in of one's own
own-heading = Créer une connexion qui vous est propre
own-lede = Vous vous connectez par { $tenant }. Avec une adresse et un mot de passe à vous, vous pourrez aussi entrer sans cela.
own-then = L’adresse doit être la vôtre : nous y enverrons un code. Vous choisirez ensuite un mot de passe, et vous connecterez avec les deux.

# The address of an invitation
invitation-prove = Cette adresse est aussi la mienne : la confirmer
