# Wörter auf jeder Seite
continue = Weiter
sign-in = Anmelden
sign-in-again = Erneut anmelden
sign-out = Abmelden
start-again = Neu beginnen
title-problem = Problem:
to-app = um mit { $app } fortzufahren
signed-in-as = Angemeldet als { $address }
operation-label = Kennung für den Support

# Adresse
identifier-label = E-Mail-Adresse
identifier-placeholder = name@firma.de
identifier-chooser = Ein bereits angemeldetes Konto wählen

# Passwort
password-heading = Passwort eingeben
password-label = Passwort
password-change = Nicht Ihr Konto?

# Kontoauswahl
accounts-heading = Konto wählen
accounts-sign-out-of = Abmelden: { $address }
labelled = { $label }: { $value }
label-above = { $label }:
listed = { $list }, { $next }
accounts-other = Anderes Konto verwenden

# Auswahl der Organisation
tenants-heading = Organisation wählen
tenants-none = Sie gehören hier noch keiner Organisation an. Bitten Sie Ihre Administration, Sie aufzunehmen.
tenants-elsewhere = Ihre fehlt? Organisationen, die an einem anderen Ort geführt werden, haben eine eigene Anmeldeadresse. Ihre Administration kennt sie.

# Einwilligung
consent-title = { $app } zulassen?
consent-heading = { $app } bittet um Zugriff auf Ihr Konto
consent-host = Danach geht es weiter bei { $host }
consent-scopes = { $app } könnte dann:
consent-allow = Zulassen
consent-deny = Ablehnen
consent-note = Lassen Sie dies nur zu, wenn Sie { $app } vertrauen.
scope-openid = Erkennen, wer Sie sind, wenn Sie sich anmelden
scope-profile = Ihren Namen und Ihr Profil sehen
scope-email = Ihre E-Mail-Adresse sehen
scope-offline-access = Verbunden bleiben, auch wenn Sie abwesend sind
scope-custom = Die Berechtigung „{ $scope }“ nutzen

# Abmelden
sign-out-heading = Abmelden?
sign-out-lede = Dies beendet Ihre Sitzung bei { $product } in diesem Browser.
sign-out-stay = Angemeldet bleiben
signed-out-heading = Sie sind abgemeldet
signed-out-lede = Sie können dieses Fenster jetzt schließen.
signed-out-return = Zurück zu { $app }

# Form Post
form-post-title = Einen Moment
form-post-lede = Sie werden zur App zurückgeleitet. Falls nichts geschieht, geht es mit der Schaltfläche weiter.

# Startseite
home-title = Ihr Konto
home-heading = Sie sind angemeldet
home-lede = Dieses Konto verwenden Sie in diesem Browser bei { $product }.
home-welcome = Willkommen bei { $product }
home-signed-out = Sie sind nicht angemeldet.

# Angemeldet, ohne weitere App
