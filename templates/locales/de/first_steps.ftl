# Proving the address of a sign-in, and accounts that the tenant made
confirm-lede = Diese Adresse hat noch niemand bestätigt. Ist sie bestätigt, kommen Sie per E-Mail wieder hinein, falls Sie Ihr Passwort verlieren.
confirm-then = Danach legen Sie ein neues Passwort fest, denn das bisherige kennt vielleicht noch jemand.
confirm-later = Nicht jetzt
waiting-heading = Ein Konto wartet auf Sie
waiting-lede = { $tenant } hat mit dieser Adresse ein Konto angelegt. Um es zu benutzen, geben Sie das Passwort ein, das es jetzt hat.
waiting-then = Danach legen Sie ein neues Passwort fest, und alle anderen werden abgemeldet.
waiting-use = Dieses Konto benutzen
waiting-instead = Stattdessen ein neues Konto anlegen
waiting-note = Ein neues Konto ist leer. Was { $tenant } für Sie aufbewahrt, bleibt bei dem anderen.

# What comes next for somebody new
welcome-title = Willkommen
welcome-heading = Willkommen, { $name }
welcome-lede = Ihr Konto ist bereit. Das können Sie als Nächstes tun.
welcome-own = Ihre eigene Organisation
welcome-own-note = Sie gehört Ihnen allein. Apps, die Sie für sich benutzen, bewahren Ihre Sachen dort auf.
welcome-invitations = Einladungen für Sie
welcome-invitations-note = Was Sie nicht beantworten, bleibt bis zu seinem Datum offen.
welcome-apps = Apps
welcome-account = Ihr Konto
welcome-account-note = Name und Sprache ändern, Adressen hinzufügen, sehen, wo Sie angemeldet sind.

# A sign-in of one's own
own-heading = Eigene Anmeldung einrichten
own-lede = Sie melden sich über { $tenant } an. Mit einer eigenen Adresse und einem eigenen Passwort kommen Sie auch ohne das hinein.
own-then = Die Adresse muss Ihre sein: Wir senden einen Code dorthin. Danach legen Sie ein Passwort fest und melden sich mit beidem an.

# The address of an invitation
invitation-prove = Diese Adresse gehört auch mir: bestätigen
