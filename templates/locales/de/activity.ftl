# What happened to an account
account-activity = Aktivität
account-activity-lede = Was mit Ihrem Konto geschehen ist, das Neueste zuerst. Zeiten sind in UTC.
account-activity-none = Hier steht nichts.
account-activity-older = Älteres
account-activity-newest = Zurück zum Neuesten

# The events of a person
event-signin-succeeded = Angemeldet
event-session-ended = Auf einem Gerät abgemeldet
event-sessions-revoked = Auf mehreren Geräten zugleich abgemeldet
event-identity-created = Das Konto wurde erstellt
event-identity-deleted = Das Konto wurde gelöscht
event-credential-changed = Das Passwort wurde festgelegt
event-credential-removed = Das Passwort wurde entfernt
event-password-reset = Ein neues Passwort wurde per E-Mail festgelegt
event-credential-add-denied = Etwas wurde nicht hinzugefügt, weil keine Adresse bestätigt ist
event-email-claimed = Eine E-Mail-Adresse wurde hinzugefügt
event-email-verified = Eine E-Mail-Adresse wurde bestätigt
event-email-claim-evicted = Jemand anders hat eine Adresse bestätigt, die hier nicht bestätigt war
event-email-stale = Eine E-Mail-Adresse muss erneut bestätigt werden: Sie hat lange keine E-Mails angenommen
event-email-retired = Eine E-Mail-Adresse wurde entfernt
event-email-changed = Die Hauptadresse wurde geändert
event-email-change-undone = Die Änderung der Hauptadresse wurde zurückgenommen
event-profile-changed = Name oder Sprache wurde geändert
event-member-changed = Ihre Mitgliedschaft in einer Organisation hat sich geändert
event-invitation-accepted = Eine Einladung wurde angenommen
event-invitation-declined = Eine Einladung wurde abgelehnt
event-account-exported = Ihre Daten wurden heruntergeladen
event-deletion-requested = Die Löschung des Kontos wurde verlangt
event-deletion-cancelled = Das Konto bleibt bestehen
event-deletion-postponed = Die Löschung des Kontos wurde verschoben
