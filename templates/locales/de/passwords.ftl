# Why a new password is not taken
password-too-short = Ein Passwort hat mindestens { $count } Zeichen. Ein paar Wörter ergeben ein gutes.
password-too-long = Dieses Passwort ist zu lang. Das längste hat 256 Zeichen.
password-weak = Dieses Passwort ist zu leicht zu erraten.
password-breached = Dieses Passwort steht auf einer Liste von Passwörtern, die anderswo bekannt geworden sind. Bitte wählen Sie ein anderes.

# What makes it weak
password-warning-key-row = Gerade Tastenreihen sind leicht zu erraten.
password-warning-key-pattern = Kurze Tastaturmuster sind leicht zu erraten.
password-warning-repeats = Wiederholungen wie „aaa“ sind leicht zu erraten.
password-warning-repeated-text = Wiederholungen wie „abcabc“ sind kaum schwerer zu erraten als „abc“.
password-warning-common = Es ähnelt einem Passwort, das viele verwenden.
password-warning-sequence = Folgen wie „abc“ oder „6543“ sind leicht zu erraten.
password-warning-year = Jahreszahlen der letzten Zeit sind leicht zu erraten.
password-warning-single-word = Ein einzelnes Wort ist leicht zu erraten.
password-warning-date = Ein Datum ist oft leicht zu erraten.
password-warning-name = Namen sind leicht zu erraten.

# What would make it stronger
password-advice-few-words = Verwenden Sie ein paar Wörter, aber keine bekannte Redewendung.
password-advice-no-symbols-needed = Sonderzeichen, Ziffern und Großbuchstaben sind nicht nötig.
password-advice-another-word = Fügen Sie noch ein oder zwei Wörter hinzu, am besten seltene.
password-advice-capitals = Großbuchstaben helfen kaum.
password-advice-reversed = Rückwärts geschriebene Wörter sind kaum schwerer zu erraten.
password-advice-substitutions = Ersetzungen wie „@“ für „a“ helfen kaum.
password-advice-longer-pattern = Verwenden Sie ein längeres Tastaturmuster mit mehr Richtungswechseln.
password-advice-no-repeats = Vermeiden Sie wiederholte Wörter und Zeichen.
password-advice-no-sequences = Vermeiden Sie Folgen.
password-advice-no-dates = Vermeiden Sie Daten und Jahreszahlen, vor allem eigene.
