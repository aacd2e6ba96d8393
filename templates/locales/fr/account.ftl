# The page of the account
account-title = Votre compte
account-open = Gérer votre compte
account-back = Retour au compte
account-save = Enregistrer
account-manage = Gérer

# Name and language
account-profile = Nom et langue
account-unnamed = Aucun nom pour l’instant
account-language = Langue
account-language-auto = Celle que demande le navigateur
account-language-note = Les e-mails qui vous sont adressés et cette page l’utilisent.

# Addresses
account-addresses = Adresses e-mail
account-addresses-lede = Les codes et les avis ne sont envoyés qu’aux adresses confirmées.
account-address-primary = Adresse principale
account-address-proven = Confirmée
account-address-unproven = Pas encore confirmée
account-address-lapsed = À confirmer de nouveau
account-address-refused = Les e-mails envoyés à cette adresse sont refusés depuis le { $date }. Dès que l’un d’eux arrive, cet avis disparaît. Si vous n’avez plus cette boîte, définissez une autre adresse comme principale et supprimez celle-ci.
account-address-prove = Confirmer
account-address-promote = Définir comme principale
account-address-remove = Supprimer
account-address-add = Ajouter une adresse
account-address-add-lede = Nous y enverrons un code pour vérifier qu’elle vous appartient.
account-address-add-promote = En faire mon adresse principale une fois confirmée

# Password
account-password = Mot de passe
account-password-since = Défini le { $date }
account-password-none = Aucun mot de passe n’est défini.
account-password-change = Changer le mot de passe
account-password-note = Votre session reste ouverte ici et se ferme partout ailleurs.

# Devices
account-sessions = Appareils
account-sessions-count =
    { $count ->
        [one] Connecté sur un appareil
       *[other] Connecté sur { $count } appareils
    }
account-sessions-lede = Votre compte est ouvert sur ces appareils. Déconnectez ceux que vous ne reconnaissez pas.
account-session-here = Ce navigateur
account-session-unknown = Appareil inconnu
account-session-seen = Dernière utilisation : { $date }
account-session-end = Déconnecter
account-session-end-others = Déconnecter tous les autres appareils

# Organizations
account-organizations = Organisations
account-organizations-none = Vous n’êtes membre d’aucune organisation.
account-organizations-only = Votre session vient de votre organisation, c’est pourquoi seul ce qui la concerne est affiché ici.
account-organization-open = Ouvrir
account-organization-leave = Quitter
account-leave-heading = Quitter { $tenant } ?
account-leave-lede = Vous perdez aussitôt l’accès à ses applications. Seul un administrateur peut vous y admettre de nouveau.
account-stay = Rester

# A change of the main address taken back
undo-heading = Annuler le changement ?
undo-lede = { $old } redevient l’adresse principale de votre compte.
undo-removes = { $new } en est supprimée.
undo-consequence = Votre compte est déconnecté de tous les appareils et le mot de passe est supprimé. Vous en définirez ensuite un nouveau.
undo-confirm = Annuler le changement
undone-heading = Le changement est annulé
undone-lede = Votre compte est déconnecté partout. Définissez maintenant un nouveau mot de passe.

# Apps
account-apps = Applications connectées
account-apps-lede = Ces applications ont accès à votre compte. Celles que vous supprimez devront vous demander de nouveau.
account-apps-none = Aucune application n’a accès à votre compte.
account-app-since = Depuis le { $date }
account-app-revoke = Retirer l’accès

# Why something of it did not work
full_session_required = Votre session vient de votre organisation. Cela demande une connexion qui vous soit propre.
    .title = Connectez-vous avec votre mot de passe
    .next = Déconnectez-vous, ouvrez la page d’accueil de ce service et connectez-vous avec votre mot de passe.
email_verification_required = Confirmez d’abord votre adresse e-mail.
    .title = Confirmez d’abord votre adresse
    .next = Revenez à vos adresses et confirmez celle qui s’y trouve.
address_held = Cette adresse ne peut pas être ajoutée à votre compte.
    .title = Adresse non disponible
    .next = Utilisez-en une autre. Si les deux comptes sont à vous, supprimez-la d’abord de l’autre.
address_known = Cette adresse fait déjà partie de votre compte.
    .title = Vous avez déjà cette adresse
    .next = Revenez à vos adresses.
address_primary = C’est votre adresse principale.
    .title = Votre adresse principale reste
    .next = Définissez d’abord une autre adresse confirmée comme principale.
address_undoable = C’était votre adresse principale il y a peu. Elle reste trois jours, afin que le changement puisse être annulé.
    .title = Cette adresse reste pour le moment
    .next = Supprimez-la trois jours après le changement.
addresses_full = Un compte a au plus dix adresses.
    .title = Trop d’adresses
    .next = Supprimez d’abord une de vos adresses.
last_owner = Vous êtes le seul propriétaire de cette organisation.
    .title = Le dernier propriétaire ne peut pas partir
    .next = Nommez d’abord un autre propriétaire.
undo_gone = Ce lien n’est plus valable. Il a déjà été utilisé ou son délai est écoulé.
    .title = Le lien a expiré
    .next = Si quelqu’un d’autre utilise votre compte, définissez un nouveau mot de passe.
