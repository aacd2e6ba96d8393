# The page of the account
account-title = Ihr Konto
account-open = Konto verwalten
account-back = Zurück zum Konto
account-save = Speichern
account-manage = Verwalten

# Name and language
account-profile = Name und Sprache
account-unnamed = Noch kein Name
account-language = Sprache
account-language-auto = Wie der Browser es wünscht
account-language-note = E-Mails an Sie und diese Seite verwenden sie.

# Addresses
account-addresses = E-Mail-Adressen
account-addresses-lede = Codes und Hinweise gehen nur an bestätigte Adressen.
account-address-primary = Hauptadresse
account-address-proven = Bestätigt
account-address-unproven = Noch nicht bestätigt
account-address-lapsed = Muss erneut bestätigt werden
account-address-refused = E-Mails an diese Adresse werden seit dem { $date } abgewiesen. Sobald eine ankommt, verschwindet dieser Hinweis. Wenn Sie das Postfach nicht mehr haben, machen Sie eine andere Adresse zur Hauptadresse und entfernen Sie diese.
account-address-prove = Bestätigen
account-address-promote = Zur Hauptadresse machen
account-address-remove = Entfernen
account-address-add = Adresse hinzufügen
account-address-add-lede = Wir senden einen Code dorthin, damit sicher ist, dass sie Ihnen gehört.
account-address-add-promote = Nach der Bestätigung zu meiner Hauptadresse machen

# Password
account-password = Passwort
account-password-since = Festgelegt am { $date }
account-password-none = Es ist kein Passwort festgelegt.
account-password-change = Passwort ändern
account-password-note = Sie bleiben hier angemeldet und werden überall sonst abgemeldet.

# Devices
account-sessions = Geräte
account-sessions-count =
    { $count ->
        [one] Auf einem Gerät angemeldet
       *[other] Auf { $count } Geräten angemeldet
    }
account-sessions-lede = Auf diesen Geräten sind Sie angemeldet. Beenden Sie, was Sie nicht kennen.
account-session-here = Dieser Browser
account-session-unknown = Unbekanntes Gerät
account-session-seen = Zuletzt verwendet: { $date }
account-session-end = Beenden
account-session-end-others = Alle anderen beenden

# Organizations
account-organizations = Organisationen
account-organizations-none = Sie sind in keiner Organisation Mitglied.
account-organizations-only = Sie sind über Ihre Organisation angemeldet. Daher steht hier nur, was sie betrifft.
account-organization-open = Öffnen
account-organization-leave = Verlassen
account-leave-heading = { $tenant } verlassen?
account-leave-lede = Sie verlieren sofort den Zugang zu den Apps dieser Organisation. Nur die Administration kann Sie wieder aufnehmen.
account-stay = Bleiben

# A change of the main address taken back
undo-heading = Änderung zurücknehmen?
undo-lede = { $old } wird wieder die Hauptadresse Ihres Kontos.
undo-removes = { $new } wird daraus entfernt.
undo-consequence = Ihr Konto wird auf allen Geräten abgemeldet, und das Passwort wird entfernt. Danach legen Sie ein neues fest.
undo-confirm = Änderung zurücknehmen
undone-heading = Die Änderung ist zurückgenommen
undone-lede = Ihr Konto ist überall abgemeldet. Legen Sie jetzt ein neues Passwort fest.

# Apps
account-apps = Verbundene Apps
account-apps-lede = Diese Apps haben Zugriff auf Ihr Konto. Was Sie entfernen, muss Sie erneut fragen.
account-apps-none = Keine App hat Zugriff auf Ihr Konto.
account-app-since = Seit { $date }
account-app-revoke = Zugriff entziehen

# Why something of it did not work
full_session_required = Sie sind über Ihre Organisation angemeldet. Hierfür braucht es eine eigene Anmeldung.
    .title = Mit eigenem Passwort anmelden
    .next = Melden Sie sich ab, öffnen Sie die Startseite dieses Dienstes und melden Sie sich dort mit Ihrem Passwort an.
email_verification_required = Bestätigen Sie zuerst Ihre E-Mail-Adresse.
    .title = Bitte zuerst die Adresse bestätigen
    .next = Gehen Sie zurück zu Ihren Adressen und bestätigen Sie die vorhandene.
address_held = Diese Adresse kann Ihrem Konto nicht hinzugefügt werden.
    .title = Adresse nicht verfügbar
    .next = Verwenden Sie eine andere. Wenn beide Konten Ihnen gehören, entfernen Sie sie zuerst aus dem anderen.
address_known = Diese Adresse gehört schon zu Ihrem Konto.
    .title = Diese Adresse haben Sie schon
    .next = Gehen Sie zurück zu Ihren Adressen.
address_primary = Das ist Ihre Hauptadresse.
    .title = Ihre Hauptadresse bleibt
    .next = Machen Sie zuerst eine andere bestätigte Adresse zur Hauptadresse.
address_undoable = Das war bis vor Kurzem Ihre Hauptadresse. Sie bleibt drei Tage, damit die Änderung zurückgenommen werden kann.
    .title = Diese Adresse bleibt vorerst
    .next = Entfernen Sie sie, wenn seit der Änderung drei Tage vergangen sind.
addresses_full = Ein Konto hat höchstens zehn Adressen.
    .title = Zu viele Adressen
    .next = Entfernen Sie zuerst eine Ihrer Adressen.
last_owner = Außer Ihnen hat in dieser Organisation niemand die Rolle „Inhaber“.
    .title = Die letzte Person mit der Rolle „Inhaber“ kann nicht gehen
    .next = Geben Sie zuerst jemand anderem die Rolle „Inhaber“.
undo_gone = Dieser Link gilt nicht mehr. Er wurde schon verwendet, oder seine Frist ist vorbei.
    .title = Der Link ist abgelaufen
    .next = Wenn jemand anders Ihr Konto verwendet, legen Sie ein neues Passwort fest.
