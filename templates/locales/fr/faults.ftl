# Pourquoi cela n’a pas fonctionné : la phrase, le titre de sa page, et ce qu’il faut faire ensuite.
wait-seconds = { $count ->
    [one] dans une seconde
   *[other] dans { $count } secondes
}
wait-minutes = { $count ->
    [one] dans une minute
   *[other] dans { $count } minutes
}
wait-hours = { $count ->
    [one] dans une heure
   *[other] dans { $count } heures
}

wrong_credentials = L’adresse e-mail et le mot de passe ne correspondent pas. Vérifiez les deux, puis réessayez.
    .title = Identifiants incorrects
    .next = Revenez en arrière, puis saisissez à nouveau votre adresse et votre mot de passe.
identifier_invalid = Saisissez une adresse e-mail, par exemple nom@example.com.
    .title = Adresse e-mail requise
    .next = Revenez en arrière et saisissez votre adresse e-mail complète.
password_missing = Saisissez votre mot de passe.
    .title = Mot de passe requis
    .next = Revenez en arrière et saisissez votre mot de passe.
throttled = Il y a eu trop de tentatives. Vous pourrez réessayer { $wait }.
    .title = Trop de tentatives
    .next = Il vous suffit d’attendre. Votre compte est en sécurité.
busy = Un très grand nombre de personnes se connectent en ce moment.
    .title = Un instant, s’il vous plaît
    .next = Attendez quelques secondes, puis réessayez.
flow_expired = Cette connexion est restée ouverte trop longtemps.
    .title = Cette connexion a expiré
    .next = Retournez dans l’application et recommencez. Rien n’a été perdu.
flow_replayed = Cette connexion a déjà été terminée ou annulée.
    .title = Cette étape est déjà terminée
    .next = Retournez dans l’application. Si elle ne vous reconnaît pas encore, recommencez à partir de là.
cookies_off = Votre navigateur n’a pas conservé notre cookie. Nous ne pouvons donc pas savoir qui se connecte.
    .title = Les cookies sont nécessaires
    .next = Autorisez les cookies pour ce site, puis retournez dans l’application et recommencez.
browser_mismatch = Cette connexion a été commencée dans un autre navigateur ou une autre fenêtre.
    .title = Connexion commencée ailleurs
    .next = Terminez-la là où vous l’avez commencée, ou retournez dans l’application et recommencez ici.
not_a_member = Ce compte n’appartient pas à cette organisation.
    .title = Pas d’accès à cette organisation
    .next = Connectez-vous avec un autre compte, ou demandez à un administrateur de vous ajouter.
tenant_unknown = Il n’y a pas d’organisation à cette adresse.
    .title = Organisation introuvable
    .next = Vérifiez que l’adresse ne contient pas de faute de frappe, ou demandez la bonne à votre administrateur.
tenant_suspended = La connexion à cette organisation est actuellement désactivée.
    .title = Organisation indisponible
    .next = Veuillez contacter votre administrateur.
app_unknown = L’application qui vous a envoyé ici n’est pas enregistrée chez nous.
    .title = Application introuvable
    .next = Revenez en arrière et signalez-le aux responsables de l’application.
app_not_entitled = Cette organisation n’utilise pas cette application.
    .title = Application indisponible
    .next = Demandez à un administrateur de la mettre à disposition de votre organisation.
redirect_uri_mismatch = L’application nous a demandé de vous envoyer à une adresse qui n’est pas enregistrée pour elle. Pour votre sécurité, nous nous sommes arrêtés ici.
    .title = Impossible de revenir à l’application
    .next = Revenez en arrière et signalez-le aux responsables de l’application.
invalid_request = Nous n’avons pas compris la demande à l’origine de cette page.
    .title = Ce lien pose problème
    .next = Retournez dans l’application et recommencez. Si cela ne suffit pas, prévenez ses responsables.
request_too_large = La demande était plus volumineuse que tout ce que nous attendons ici.
    .title = Demande trop volumineuse
    .next = Retournez dans l’application et recommencez.
session_ended = Votre session est terminée.
    .title = Veuillez vous reconnecter
    .next = Recommencez pour vous connecter.
page_unknown = Il n’y a pas de page à cette adresse.
    .title = Page introuvable
    .next = Vérifiez que l’adresse ne contient pas de faute de frappe.
method_unknown = Cette adresse ne peut pas être utilisée de cette manière.
    .title = Cela ne fonctionne pas ici
    .next = Retournez dans l’application et recommencez.
server_error = Une erreur s’est produite de notre côté.
    .title = Nous sommes désolés
    .next = Réessayez dans un instant. Si cela se reproduit, communiquez la référence ci-dessous à l’assistance.
