# A copy of everything
account-data = Ihre Daten
account-data-lede = Eine Datei mit allem, was über Sie gespeichert ist: Profil, Adressen, Anmeldewege, Geräte, Organisationen, Apps und was geschehen ist. Ein Passwort steht nicht darin.
account-data-note = Behalten Sie die Datei für sich. Wer sie hat, kann all das lesen.
account-data-download = Datei herunterladen

# The end of an account
account-deletion = Konto löschen
account-deletion-lede = Ihr Konto wird sieben Tage, nachdem Sie es verlangt haben, gelöscht. Bis dahin können Sie es behalten: hier oder mit dem Link, den jede bestätigte Adresse erhält.
account-deletion-gone = Name, Passwort, Geräte, Mitgliedschaften und Zugriffe von Apps sind dann endgültig weg. Ihre Adressen können danach 30 Tage lang für kein anderes Konto verwendet werden.
account-deletion-ask = Mein Konto löschen
account-deletion-owner = Diese Organisationen gehören nur Ihnen. Machen Sie zuerst jemand anderen verantwortlich.
account-deletion-due = Ihr Konto wird am { $date } gelöscht.
account-deletion-keep = Mein Konto behalten
keep-heading = Konto behalten?
keep-note = Wenn es gelöscht werden soll, schließen Sie diese Seite.
kept-heading = Ihr Konto bleibt
kept-lede = Es wird nicht gelöscht. Wenn Sie das nicht verlangt hatten, legen Sie jetzt ein neues Passwort fest.
