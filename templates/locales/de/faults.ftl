# Warum etwas nicht ging: der Satz, der Titel seiner Seite und was als Nächstes zu tun ist.
wait-seconds = { $count ->
    [one] in einer Sekunde
   *[other] in { $count } Sekunden
}
wait-minutes = { $count ->
    [one] in einer Minute
   *[other] in { $count } Minuten
}
wait-hours = { $count ->
    [one] in einer Stunde
   *[other] in { $count } Stunden
}

wrong_credentials = E-Mail-Adresse und Passwort passen nicht zusammen. Bitte prüfen Sie beides und versuchen Sie es erneut.
    .title = Das passt nicht zusammen
    .next = Gehen Sie zurück und geben Sie Adresse und Passwort noch einmal ein.
identifier_invalid = Bitte geben Sie eine E-Mail-Adresse ein, zum Beispiel name@example.com.
    .title = E-Mail-Adresse fehlt
    .next = Gehen Sie zurück und geben Sie Ihre vollständige E-Mail-Adresse ein.
password_missing = Bitte geben Sie Ihr Passwort ein.
    .title = Passwort fehlt
    .next = Gehen Sie zurück und geben Sie Ihr Passwort ein.
throttled = Es waren zu viele Versuche. Sie können es { $wait } erneut versuchen.
    .title = Zu viele Versuche
    .next = Sie müssen nur warten. Ihr Konto ist sicher.
busy = Gerade melden sich sehr viele Menschen an.
    .title = Einen Moment bitte
    .next = Warten Sie einige Sekunden und versuchen Sie es dann erneut.
flow_expired = Diese Anmeldung war zu lange offen.
    .title = Diese Anmeldung ist abgelaufen
    .next = Kehren Sie zur App zurück und beginnen Sie neu. Es ist nichts verloren gegangen.
flow_replayed = Diese Anmeldung wurde bereits abgeschlossen oder abgebrochen.
    .title = Dieser Schritt ist schon erledigt
    .next = Kehren Sie zur App zurück. Falls sie Sie noch nicht kennt, beginnen Sie dort neu.
cookies_off = Ihr Browser hat unser Cookie nicht behalten. Deshalb können wir nicht erkennen, wer sich anmeldet.
    .title = Cookies werden benötigt
    .next = Erlauben Sie Cookies für diese Seite, kehren Sie zur App zurück und beginnen Sie neu.
browser_mismatch = Diese Anmeldung wurde in einem anderen Browser oder Fenster begonnen.
    .title = An anderer Stelle begonnen
    .next = Beenden Sie sie dort, oder kehren Sie zur App zurück und beginnen Sie hier neu.
not_a_member = Dieses Konto gehört nicht zu dieser Organisation.
    .title = Kein Zugang zu dieser Organisation
    .next = Melden Sie sich mit einem anderen Konto an, oder bitten Sie Ihre Administration, Sie aufzunehmen.
tenant_unknown = Unter dieser Adresse gibt es keine Organisation.
    .title = Organisation nicht gefunden
    .next = Prüfen Sie die Adresse auf Tippfehler, oder fragen Sie Ihre Administration nach der richtigen.
tenant_suspended = Die Anmeldung bei dieser Organisation ist zurzeit abgeschaltet.
    .title = Organisation nicht verfügbar
    .next = Bitte wenden Sie sich an Ihre Administration.
app_unknown = Die App, die Sie hierher geleitet hat, ist bei uns nicht registriert.
    .title = App nicht gefunden
    .next = Gehen Sie zurück und geben Sie den Betreibern der App Bescheid.
app_not_entitled = Diese Organisation verwendet diese App nicht.
    .title = App nicht verfügbar
    .next = Bitten Sie Ihre Administration, sie für Ihre Organisation freizugeben.
redirect_uri_mismatch = Die App wollte Sie an eine Adresse leiten, die nicht für sie registriert ist. Zu Ihrer Sicherheit haben wir hier angehalten.
    .title = Wir können Sie nicht zurückleiten
    .next = Gehen Sie zurück und geben Sie den Betreibern der App Bescheid.
invalid_request = Wir konnten die Anfrage, die Sie hierher gebracht hat, nicht verstehen.
    .title = Mit diesem Link stimmt etwas nicht
    .next = Kehren Sie zur App zurück und beginnen Sie neu. Falls das nicht hilft, geben Sie den Betreibern Bescheid.
request_too_large = Die Anfrage war größer als alles, was wir hier erwarten.
    .title = Anfrage zu groß
    .next = Kehren Sie zur App zurück und beginnen Sie neu.
session_ended = Ihre Sitzung ist beendet.
    .title = Bitte melden Sie sich erneut an
    .next = Beginnen Sie neu, um sich anzumelden.
page_unknown = Unter dieser Adresse gibt es keine Seite.
    .title = Seite nicht gefunden
    .next = Prüfen Sie die Adresse auf Tippfehler.
method_unknown = Diese Adresse lässt sich so nicht verwenden.
    .title = Das geht hier nicht
    .next = Kehren Sie zur App zurück und beginnen Sie neu.
server_error = Bei uns ist etwas schiefgegangen.
    .title = Das tut uns leid
    .next = Versuchen Sie es gleich noch einmal. Falls es wieder geschieht, nennen Sie dem Support die Kennung unten.
