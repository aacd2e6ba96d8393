# A copy of everything
account-data = Vos données
account-data-lede = Un seul fichier avec tout ce qui est conservé à votre sujet : profil, adresses, moyens de connexion, appareils, organisations, applications et ce qui s’est passé. Il ne contient aucun mot de passe.
account-data-note = Gardez ce fichier pour vous. Quiconque le possède peut tout y lire.
account-data-download = Télécharger le fichier

# The end of an account
account-deletion = Supprimer le compte
account-deletion-lede = Votre compte est supprimé sept jours après votre demande. D’ici là, vous pouvez le conserver : ici, ou par le lien envoyé à chaque adresse confirmée.
account-deletion-gone = Nom, mot de passe, appareils, appartenances et accès des applications disparaissent alors définitivement. Pendant les 30 jours qui suivent, vos adresses ne peuvent servir à aucun autre compte.
account-deletion-ask = Supprimer mon compte
account-deletion-owner = Vous êtes le seul propriétaire de ces organisations. Nommez d’abord un autre propriétaire.
account-deletion-due = Votre compte sera supprimé le { $date }.
account-deletion-keep = Conserver mon compte
keep-heading = Conserver votre compte ?
keep-note = S’il doit être supprimé, fermez cette page.
kept-heading = Votre compte est conservé
kept-lede = Il ne sera pas supprimé. Si vous ne l’aviez pas demandé, définissez maintenant un nouveau mot de passe.
