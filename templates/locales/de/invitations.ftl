# Being asked to join an organization
invitation-heading = Einladung zu { $tenant }
invitation-by = { $inviter } lädt Sie ein.
invitation-for = Für
invitation-role = Rolle
invitation-until = Gültig bis
invitation-accept = Einladung annehmen
invitation-decline = Ablehnen
invitation-sign-in-first = Melden Sie sich mit dieser Adresse an, um zu antworten, oder erstellen Sie damit Ihr Konto.
invitation-note = Wenn Sie das nicht erwartet haben, schließen Sie diese Seite. Es geschieht nichts.
invitation-own-address = Wenn diese Adresse auch Ihnen gehört, fügen Sie sie Ihrem Konto hinzu und bestätigen Sie sie dort. Öffnen Sie dann den Link aus der E-Mail erneut.
invitation-declined = Sie haben abgelehnt
invitation-declined-lede = Sie werden nicht Mitglied von { $tenant }. Man kann Sie dort erneut einladen.
joined = Sie sind jetzt Mitglied von { $tenant }.
joined-already = Sie waren bereits Mitglied von { $tenant }. Es hat sich nichts geändert.

# Why an answer was not taken
invitation_gone = Diese Einladung kann nicht mehr verwendet werden.
    .title = Die Einladung ist nicht gültig
    .next = Bitten Sie die Person, die Sie eingeladen hat, um eine neue.
invitation_address_mismatch = Sie sind mit einem Konto angemeldet, für das diese Einladung nicht gilt.
    .title = Die Einladung gilt für eine andere Adresse
    .next = Melden Sie sich mit dem Konto an, für das die Einladung gilt.
unknown_field = Das Formular enthielt etwas, das nicht hineingehört.
    .title = Unerwartete Eingabe
    .next = Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es erneut.
