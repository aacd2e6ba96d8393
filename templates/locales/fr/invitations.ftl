# Being asked to join an organization
invitation-heading = Invitation à rejoindre { $tenant }
invitation-by = { $inviter } vous invite.
invitation-for = Pour
invitation-role = Rôle
invitation-until = Valable jusqu’au
invitation-accept = Accepter l’invitation
invitation-decline = Refuser
invitation-sign-in-first = Connectez-vous avec cette adresse pour répondre, ou créez votre compte avec elle.
invitation-note = Si vous n’attendiez pas ce message, fermez cette page. Il ne se passera rien.
invitation-own-address = Si cette adresse est aussi la vôtre, ajoutez-la à votre compte et confirmez-la. Ouvrez ensuite de nouveau le lien reçu par e-mail.
invitation-declined = Vous avez refusé
invitation-declined-lede = Vous ne deviendrez pas membre de { $tenant }. Vous pourrez y être invité de nouveau.
joined = Vous êtes maintenant membre de { $tenant }.
joined-already = Vous étiez déjà membre de { $tenant }. Rien n’a changé.

# Why an answer was not taken
invitation_gone = Cette invitation ne peut plus être utilisée.
    .title = L’invitation n’est pas valable
    .next = Demandez-en une nouvelle à la personne qui vous a invité.
invitation_address_mismatch = Vous êtes connecté avec un compte auquel cette invitation ne s’adresse pas.
    .title = L’invitation est pour une autre adresse
    .next = Connectez-vous avec le compte auquel l’invitation s’adresse.
unknown_field = Le formulaire contenait un élément qui n’y a pas sa place.
    .title = Saisie inattendue
    .next = Revenez en arrière, rechargez la page et réessayez.
