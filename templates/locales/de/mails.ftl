# Wörter in jeder E-Mail
mail-greeting = Guten Tag { $name },
mail-valid = Gilt { $minutes } Minuten. Wenn Sie den Code schon eingegeben haben, hat diese E-Mail ihren Zweck erfüllt.
mail-plain-link = Falls die Schaltfläche nicht funktioniert, öffnen Sie diese Adresse:
mail-what-happened = Worum es geht
mail-fact-account = Konto
mail-fact-time = Zeit
mail-fact-network = Netz
mail-fact-device = Browser
mail-fact-address = Adresse
mail-fact-new-address = Neue Adresse
mail-fact-old-address = Bisherige Adresse
mail-fact-until = Gültig bis
mail-fact-due = Datum
mail-footer = Gesendet von { $product }, weil diese Adresse dort benutzt wurde. Niemand wird Sie danach fragen: Geben Sie Codes und Links aus dieser E-Mail nie weiter.
mail-account = Konto öffnen
mail-forgot = Neues Passwort festlegen
mail-sign-in = Anmelden
mail-not-you = Wenn Sie das nicht waren, legen Sie sofort ein neues Passwort fest und prüfen Sie dann die E-Mail-Adressen und Geräte Ihres Kontos.

# Konto erstellen
mail-sign-up-code = Adresse bestätigen
    .subject = Bestätigen Sie Ihre Adresse für { $product }
    .lede = Geben Sie diesen Code in dem Fenster ein, in dem Sie Ihr Konto erstellen:
    .button = Adresse bestätigen
    .unasked = Wenn Sie kein Konto erstellen wollten, ignorieren Sie diese E-Mail. Ohne den Code entsteht keines.
mail-already-have-account = Sie haben schon ein Konto
    .subject = Sie haben schon ein Konto bei { $product }
    .lede = Jemand, vielleicht Sie selbst, wollte mit dieser Adresse ein Konto erstellen. Es gibt schon eines, deshalb hat sich nichts geändert.
    .unasked = Wenn Sie das nicht waren, ist nichts zu tun.

# Adressen
mail-prove-address = Adresse bestätigen
    .subject = Bestätigen Sie Ihre Adresse für { $product }
    .lede = Geben Sie diesen Code in dem Fenster ein, in dem Sie die Adresse hinzugefügt haben:
    .button = Adresse bestätigen
    .unasked = Wenn Sie diese Adresse nirgends hinzugefügt haben, ignorieren Sie diese E-Mail. Ohne den Code geschieht nichts.
mail-address-added = Eine Adresse wurde hinzugefügt
    .subject = Neue Adresse in Ihrem Konto bei { $product }
    .lede = Ihr Konto hat eine weitere Adresse.
mail-address-change-requested = Eine andere Hauptadresse wurde gewünscht
    .subject = Andere Hauptadresse für Ihr Konto bei { $product } gewünscht
    .lede = Die Hauptadresse Ihres Kontos soll sich ändern, sobald die neue bestätigt ist. Bis dahin bleibt alles, wie es ist.
    .unasked = Wenn Sie das nicht waren, entfernen Sie die neue Adresse aus Ihrem Konto und legen Sie ein neues Passwort fest.
mail-address-changed = Ihre Hauptadresse hat sich geändert
    .subject = Die Hauptadresse Ihres Kontos bei { $product } hat sich geändert
    .lede = Ihr Konto hat ab jetzt eine andere Hauptadresse.
    .button = Änderung zurücknehmen
    .unasked = Wenn Sie das nicht waren, nehmen Sie die Änderung mit der Schaltfläche oben zurück. Dabei wird Ihr Konto überall abgemeldet und das Passwort entfernt.
mail-address-restored = Ihre frühere Hauptadresse ist zurück
    .subject = Die Hauptadresse Ihres Kontos bei { $product } ist wieder die frühere
    .lede = Die unten genannte Adresse ist wieder die Hauptadresse Ihres Kontos. Andere Browser wurden abgemeldet. Wurde dafür der Link aus unserer Mail benutzt, ist auch das Passwort entfernt: Legen Sie ein neues fest.
mail-address-removed = Eine Adresse wurde entfernt
    .subject = Adresse aus Ihrem Konto bei { $product } entfernt
    .lede = Ihr Konto hat die unten genannte Adresse nicht mehr.
mail-address-stale = Mails an eine Adresse kommen zurück
    .subject = Mails an eine Adresse Ihres Kontos bei { $product } kommen zurück
    .lede = Mails an die unten genannte Adresse kommen seit Längerem zurück. Sie bleibt in Ihrem Konto, aber niemand kann sich damit anmelden oder ein neues Passwort setzen, bis Sie sie erneut bestätigen.
    .unasked = Wenn die Adresse noch Ihre ist, bestätigen Sie sie in Ihrem Konto erneut. Wenn nicht, entfernen Sie sie dort.
mail-nothing-changed = Nichts hat sich geändert
    .subject = Jemand hat Ihre Adresse bei { $product } eingegeben
    .lede = Jemand wollte diese Adresse einem anderen Konto hinzufügen. Sie gehört zu Ihrem, deshalb hat sich nichts geändert.
    .unasked = Es ist nichts zu tun. Wenn Sie selbst zwei Konten haben, entfernen Sie die Adresse zuerst aus einem davon.

# Passwort und Anmeldung
mail-recovery-code = Neues Passwort festlegen
    .subject = Ein neues Passwort für { $product }
    .lede = Geben Sie diesen Code in dem Fenster ein, in dem Sie ein neues Passwort angefordert haben:
    .button = Neues Passwort festlegen
    .unasked = Wenn Sie das nicht angefordert haben, ignorieren Sie diese E-Mail. Ihr Passwort bleibt, wie es ist.
mail-password-changed = Ihr Passwort wurde geändert
    .subject = Ihr Passwort bei { $product } wurde geändert
    .lede = Ein neues Passwort gilt, und andere Browser sind abgemeldet.
mail-new-device = Anmeldung in einem neuen Browser
    .subject = Neue Anmeldung in Ihrem Konto bei { $product }
    .lede = Ihr Konto wurde in einem Browser benutzt, der bisher nicht bekannt war.
mail-refused-tries = Viele falsche Passwörter wurden probiert
    .subject = Falsche Passwörter für Ihr Konto bei { $product }
    .lede = Jemand hat falsche Passwörter für Ihr Konto probiert und wurde gebremst. Dadurch ist niemand hineingekommen.
    .unasked = Wenn Sie dieses Passwort auch anderswo benutzen, legen Sie ein neues fest. Sonst ist nichts zu tun.

# Einladungen
mail-invitation = Sie sind eingeladen
    .subject = Einladung zu { $tenant }
    .lede = Sie sind zu { $tenant } eingeladen, Rolle: { $role }.
    .by = { $inviter } lädt Sie zu { $tenant } ein, Rolle: { $role }.
    .button = Einladung öffnen
    .unasked = Wenn Sie das nicht erwarten, ignorieren Sie diese E-Mail. Ohne dass Sie die Einladung annehmen, geschieht nichts.
mail-role-owner = Inhaber
mail-role-admin = Administration
mail-role-auditor = Revision
mail-role-member = Mitglied

# Abschied
mail-deletion-requested = Ihr Konto wird gelöscht
    .subject = Ihr Konto bei { $product } wird gelöscht
    .lede = Sie haben die Löschung Ihres Kontos gewünscht. Bis zu dem Datum unten können Sie es sich anders überlegen.
    .button = Konto behalten
    .unasked = Wenn Sie das nicht waren, behalten Sie das Konto mit der Schaltfläche oben und legen Sie ein neues Passwort fest.
mail-deletion-postponed = Ihr Konto wurde nicht gelöscht
    .subject = Ihr Konto bei { $product } wurde nicht gelöscht
    .lede = Inzwischen hat in { $tenants } niemand außer Ihnen die Rolle „Inhaber“. Geben Sie sie dort jemand anderem. An dem Tag unten wird es erneut versucht.
    .button = Konto behalten
    .unasked = Wenn Sie das nicht mehr möchten, behalten Sie das Konto mit der Schaltfläche oben.
mail-account-deleted = Ihr Konto ist gelöscht
    .subject = Ihr Konto bei { $product } ist gelöscht
    .lede = Ihr Konto und alles, was dazu gehörte, sind gelöscht. Dies ist die letzte E-Mail an Sie.
    .unasked = Wenn Sie das nicht waren, wenden Sie sich an die Betreiber des Dienstes unter der Adresse unten.

# Einrichten
mail-test = Die E-Mail funktioniert
    .subject = Test-E-Mail von { $product }
    .lede = Diese E-Mail wurde gesendet, um den Mailserver zu prüfen. Sie ist angekommen.
    .unasked = Wenn Sie diesen Dienst nicht betreiben, ignorieren Sie diese E-Mail.
