# What happened to an account
account-activity = Activité
account-activity-lede = Ce qui s’est passé sur votre compte, du plus récent au plus ancien. Les heures sont en UTC.
account-activity-none = Il n’y a rien ici.
account-activity-older = Plus ancien
account-activity-newest = Revenir au plus récent

# The events of a person
event-signin-succeeded = Connexion
event-session-ended = Déconnexion sur un appareil
event-sessions-revoked = Déconnexion sur plusieurs appareils à la fois
event-identity-created = Le compte a été créé
event-identity-deleted = Le compte a été supprimé
event-credential-changed = Le mot de passe a été défini
event-credential-removed = Le mot de passe a été supprimé
event-password-reset = Un nouveau mot de passe a été défini par e-mail
event-credential-add-denied = Un ajout a été refusé, car aucune adresse n’est confirmée
event-email-claimed = Une adresse e-mail a été ajoutée
event-email-verified = Une adresse e-mail a été confirmée
event-email-claim-evicted = Quelqu’un d’autre a confirmé une adresse qui ne l’était pas ici
event-email-stale = Une adresse e-mail doit être confirmée de nouveau : elle refuse les messages depuis longtemps
event-email-retired = Une adresse e-mail a été supprimée
event-email-changed = L’adresse principale a été modifiée
event-email-change-undone = Le changement d’adresse principale a été annulé
event-profile-changed = Le nom ou la langue a été modifié
event-member-changed = Votre appartenance à une organisation a changé
event-invitation-accepted = Une invitation a été acceptée
event-invitation-declined = Une invitation a été refusée
event-account-exported = Vos données ont été téléchargées
event-deletion-requested = La suppression du compte a été demandée
event-deletion-cancelled = Le compte est conservé
event-deletion-postponed = La suppression du compte a été reportée
