# Mots de chaque page
continue = Continuer
sign-in = Se connecter
sign-in-again = Se reconnecter
sign-out = Se déconnecter
start-again = Recommencer
title-problem = Problème :
to-app = pour accéder à { $app }
signed-in-as = Compte connecté : { $address }
operation-label = Référence pour l’assistance

# Adresse
identifier-label = Adresse e-mail
identifier-placeholder = nom@entreprise.fr
identifier-chooser = Choisir un compte déjà connecté

# Mot de passe
password-heading = Saisissez votre mot de passe
password-label = Mot de passe
password-change = Ce n’est pas vous ?

# Choix du compte
accounts-heading = Choisissez un compte
accounts-sign-out-of = Se déconnecter : { $address }
labelled = { $label } : { $value }
label-above = { $label } :
listed = { $list }, { $next }
accounts-other = Utiliser un autre compte

# Choix de l’organisation
tenants-heading = Choisissez une organisation
tenants-none = Vous n’êtes encore membre d’aucune organisation ici. Demandez à un administrateur de vous ajouter.
tenants-elsewhere = La vôtre n’apparaît pas ? Les organisations hébergées ailleurs ont leur propre adresse de connexion. Votre administrateur la connaît.

# Consentement
consent-title = Autoriser { $app } ?
consent-heading = { $app } demande l’accès à votre compte
consent-host = Vous continuerez ensuite sur { $host }
consent-scopes = { $app } pourrait :
consent-allow = Autoriser
consent-deny = Refuser
consent-note = N’autorisez cet accès que si vous faites confiance à { $app }.
scope-openid = Savoir qui vous êtes lorsque vous vous connectez
scope-profile = Voir votre nom et votre profil de base
scope-email = Voir votre adresse e-mail
scope-offline-access = Conserver l’accès en votre absence
scope-custom = Utiliser l’autorisation « { $scope } »

# Déconnexion
sign-out-heading = Se déconnecter ?
sign-out-lede = Votre session { $product } prendra fin dans ce navigateur.
sign-out-stay = Ne pas se déconnecter
signed-out-heading = Déconnexion effectuée
signed-out-lede = Vous pouvez maintenant fermer cette fenêtre.
signed-out-return = Retour à { $app }

# Réponse par formulaire
form-post-title = Un instant
form-post-lede = Retour à l’application en cours. Si rien ne se passe, utilisez le bouton pour continuer.

# Accueil
home-title = Votre compte
home-heading = Votre session est ouverte
home-lede = C’est le compte que vous utilisez avec { $product } dans ce navigateur.
home-welcome = Bienvenue chez { $product }
home-signed-out = Aucune session n’est ouverte.
