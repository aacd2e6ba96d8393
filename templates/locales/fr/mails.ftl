# Mots de chaque message
mail-greeting = Bonjour { $name },
mail-valid = Valable { $minutes } minutes. Si vous avez déjà saisi le code, ce message a rempli son rôle.
mail-plain-link = Si le bouton ne fonctionne pas, ouvrez cette adresse :
mail-what-happened = De quoi il s’agit
mail-fact-account = Compte
mail-fact-time = Heure
mail-fact-network = Réseau
mail-fact-device = Navigateur
mail-fact-address = Adresse
mail-fact-new-address = Nouvelle adresse
mail-fact-old-address = Ancienne adresse
mail-fact-until = Valable jusqu’au
mail-fact-due = Date
mail-footer = Envoyé par { $product }, parce que cette adresse y a été utilisée. Personne ne vous les demandera : ne transmettez jamais un code ou un lien de ce message.
mail-account = Ouvrir votre compte
mail-forgot = Définir un nouveau mot de passe
mail-sign-in = Se connecter
mail-not-you = Si ce n’était pas vous, définissez tout de suite un nouveau mot de passe, puis vérifiez les adresses e-mail et les appareils de votre compte.

# Créer un compte
mail-sign-up-code = Confirmez votre adresse
    .subject = Confirmez votre adresse pour { $product }
    .lede = Saisissez ce code dans la fenêtre où vous avez commencé à créer votre compte :
    .button = Confirmer l’adresse
    .unasked = Si vous n’avez pas demandé de compte, ignorez ce message. Sans le code, aucun compte n’est créé.
mail-already-have-account = Vous avez déjà un compte
    .subject = Vous avez déjà un compte chez { $product }
    .lede = Quelqu’un, peut-être vous, a voulu créer un compte avec cette adresse. Elle en a déjà un, donc rien n’a changé.
    .unasked = Si ce n’était pas vous, il n’y a rien à faire.

# Adresses
mail-prove-address = Confirmez votre adresse
    .subject = Confirmez votre adresse pour { $product }
    .lede = Saisissez ce code dans la fenêtre où vous avez ajouté l’adresse :
    .button = Confirmer l’adresse
    .unasked = Si vous n’avez ajouté cette adresse nulle part, ignorez ce message. Sans le code, il ne se passe rien.
mail-address-added = Une adresse a été ajoutée
    .subject = Une adresse a été ajoutée à votre compte { $product }
    .lede = Votre compte a une adresse de plus.
mail-address-change-requested = Une autre adresse principale a été demandée
    .subject = Une autre adresse principale a été demandée pour votre compte { $product }
    .lede = L’adresse principale de votre compte doit changer dès que la nouvelle sera confirmée. D’ici là, tout reste en l’état.
    .unasked = Si ce n’était pas vous, supprimez la nouvelle adresse de votre compte et définissez un nouveau mot de passe.
mail-address-changed = Votre adresse principale a changé
    .subject = L’adresse principale de votre compte { $product } a changé
    .lede = Votre compte a désormais une autre adresse principale.
    .button = Annuler le changement
    .unasked = Si ce n’était pas vous, annulez le changement avec le bouton ci-dessus. Cela déconnecte aussi votre compte partout et supprime le mot de passe.
mail-address-restored = Votre ancienne adresse principale est rétablie
    .subject = L’adresse principale de votre compte { $product } est de nouveau la précédente
    .lede = L’adresse ci-dessous est de nouveau l’adresse principale de votre compte. Les autres navigateurs ont été déconnectés. Si le lien de notre message a servi à cela, le mot de passe a aussi été retiré : définissez-en un nouveau.
mail-address-removed = Une adresse a été retirée
    .subject = Une adresse a été retirée de votre compte { $product }
    .lede = Votre compte n’a plus l’adresse ci-dessous.
mail-address-stale = Les messages à une adresse reviennent
    .subject = Les messages à une adresse de votre compte { $product } reviennent
    .lede = Les messages envoyés à l’adresse ci-dessous reviennent depuis longtemps. Elle reste dans votre compte, mais personne ne peut se connecter ni définir un nouveau mot de passe avec elle tant que vous ne l’avez pas confirmée de nouveau.
    .unasked = Si l’adresse est encore la vôtre, confirmez-la de nouveau dans votre compte. Sinon, retirez-la.
mail-nothing-changed = Rien n’a changé
    .subject = Quelqu’un a saisi votre adresse chez { $product }
    .lede = Quelqu’un a voulu ajouter cette adresse à un autre compte. Elle appartient au vôtre, donc rien n’a changé.
    .unasked = Il n’y a rien à faire. Si vous avez vous-même deux comptes, retirez d’abord l’adresse de l’un d’eux.

# Mots de passe et connexion
mail-recovery-code = Définir un nouveau mot de passe
    .subject = Un nouveau mot de passe pour { $product }
    .lede = Saisissez ce code dans la fenêtre où vous avez demandé un nouveau mot de passe :
    .button = Définir un nouveau mot de passe
    .unasked = Si vous n’avez rien demandé, ignorez ce message. Votre mot de passe reste le même.
mail-password-changed = Votre mot de passe a été changé
    .subject = Votre mot de passe { $product } a été changé
    .lede = Un nouveau mot de passe est en vigueur, et les autres navigateurs ont été déconnectés.
mail-new-device = Connexion depuis un nouveau navigateur
    .subject = Nouvelle connexion à votre compte { $product }
    .lede = Votre compte a été utilisé dans un navigateur encore inconnu.
mail-refused-tries = Beaucoup de mots de passe erronés ont été essayés
    .subject = Mots de passe erronés pour votre compte { $product }
    .lede = Quelqu’un a essayé des mots de passe erronés pour votre compte et a été freiné. Personne n’est entré ainsi.
    .unasked = Si vous utilisez ce mot de passe ailleurs aussi, changez-le. Sinon, il n’y a rien à faire.

# Invitations
mail-invitation = Vous avez reçu une invitation
    .subject = Invitation à { $tenant }
    .lede = Vous avez reçu une invitation à rejoindre { $tenant }, rôle : { $role }.
    .by = { $inviter } vous invite à rejoindre { $tenant }, rôle : { $role }.
    .button = Ouvrir l’invitation
    .unasked = Si vous n’attendez rien de tel, ignorez ce message. Rien ne se passe tant que vous n’acceptez pas l’invitation.
mail-role-owner = propriétaire
mail-role-admin = administration
mail-role-auditor = audit
mail-role-member = membre

# Départ
mail-deletion-requested = Votre compte va être supprimé
    .subject = Votre compte { $product } va être supprimé
    .lede = Vous avez demandé la suppression de votre compte. Jusqu’à la date ci-dessous, vous pouvez changer d’avis.
    .button = Garder le compte
    .unasked = Si ce n’était pas vous, gardez le compte avec le bouton ci-dessus et définissez un nouveau mot de passe.
mail-deletion-postponed = Votre compte n’a pas été supprimé
    .subject = Votre compte { $product } n’a pas été supprimé
    .lede = Entre-temps, vous êtes devenu le seul propriétaire de { $tenants }. Nommez-y un autre propriétaire. Un nouvel essai aura lieu à la date ci-dessous.
    .button = Conserver le compte
    .unasked = Si vous ne le souhaitez plus, conservez le compte avec le bouton ci-dessus.
mail-account-deleted = Votre compte est supprimé
    .subject = Votre compte { $product } est supprimé
    .lede = Votre compte et tout ce qui lui appartenait sont supprimés. C’est le dernier message que vous recevez.
    .unasked = Si ce n’était pas vous, adressez-vous aux responsables du service à l’adresse ci-dessous.

# Mise en place
mail-test = Le courrier fonctionne
    .subject = Message d’essai de { $product }
    .lede = Ce message a été envoyé pour essayer le serveur de courrier. Il est arrivé.
    .unasked = Si vous n’exploitez pas ce service, ignorez ce message.
