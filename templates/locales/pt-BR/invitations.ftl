# Being asked to join an organization
invitation-heading = Convite para participar de { $tenant }
invitation-by = { $inviter } convida você.
invitation-for = Para
invitation-role = Função
invitation-until = Válido até
invitation-accept = Aceitar o convite
invitation-decline = Recusar
invitation-sign-in-first = Entre com este endereço para responder ou crie sua conta com ele.
invitation-note = Se você não esperava por isso, feche esta página. Nada vai acontecer.
invitation-own-address = Se este endereço também é seu, adicione-o à sua conta e confirme-o lá. Depois abra novamente o link do e-mail.
invitation-declined = Você recusou o convite
invitation-declined-lede = Você não será membro de { $tenant }. Você pode ser convidado novamente.
joined = Agora você é membro de { $tenant }.
joined-already = Você já era membro de { $tenant }. Nada mudou.

# Why an answer was not taken
invitation_gone = Este convite não pode mais ser usado.
    .title = O convite não é válido
    .next = Peça outro à pessoa que convidou você.
invitation_address_mismatch = Você entrou com uma conta para a qual este convite não foi feito.
    .title = O convite é para outro endereço
    .next = Entre com a conta para a qual o convite foi feito.
unknown_field = O formulário continha algo que não pertence a ele.
    .title = Dados inesperados
    .next = Volte, recarregue a página e tente novamente.
