# The page of the account
account-title = Sua conta
account-open = Gerenciar sua conta
account-back = Voltar à sua conta
account-save = Salvar
account-manage = Gerenciar

# Name and language
account-profile = Nome e idioma
account-unnamed = Ainda sem nome
account-language = Idioma
account-language-auto = O que o navegador pedir
account-language-note = Os e-mails para você e esta página o usam.

# Addresses
account-addresses = Endereços de e-mail
account-addresses-lede = Códigos e avisos são enviados somente a endereços confirmados.
account-address-primary = Endereço principal
account-address-proven = Confirmado
account-address-unproven = Ainda não confirmado
account-address-lapsed = Precisa ser confirmado de novo
account-address-refused = Os e-mails para este endereço são recusados desde { $date }. Assim que um chegar, este aviso desaparece. Se você não tem mais a caixa postal, torne principal outro endereço e remova este.
account-address-prove = Confirmar
account-address-promote = Tornar principal
account-address-remove = Remover
account-address-add = Adicionar um endereço
account-address-add-lede = Enviaremos um código para confirmar que ele é seu.
account-address-add-promote = Torná-lo meu endereço principal quando for confirmado

# Password
account-password = Senha
account-password-since = Definida em { $date }
account-password-none = Nenhuma senha foi definida.
account-password-change = Alterar a senha
account-password-note = Você continua conectado aqui e sai em todos os outros lugares.

# Devices
account-sessions = Dispositivos
account-sessions-count =
    { $count ->
        [one] Conectado em um dispositivo
       *[other] Conectado em { $count } dispositivos
    }
account-sessions-lede = Estes são os dispositivos em que sua conta está aberta. Encerre o que não reconhecer.
account-session-here = Este navegador
account-session-unknown = Dispositivo desconhecido
account-session-seen = Último uso: { $date }
account-session-end = Encerrar
account-session-end-others = Encerrar todas as outras sessões

# Organizations
account-organizations = Organizações
account-organizations-none = Você não é membro de nenhuma organização.
account-organizations-only = Você entrou pela sua organização, por isso aqui só aparece o que diz respeito a ela.
account-organization-open = Abrir
account-organization-leave = Deixar
account-leave-heading = Deixar { $tenant }?
account-leave-lede = Você perde imediatamente o acesso aos aplicativos dela. Só um administrador pode admitir você de novo.
account-stay = Ficar

# A change of the main address taken back
undo-heading = Desfazer a alteração?
undo-lede = { $old } volta a ser o endereço principal da sua conta.
undo-removes = { $new } é removido dela.
undo-consequence = Todas as sessões são encerradas e a senha é removida. Depois você define uma nova.
undo-confirm = Desfazer a alteração
undone-heading = A alteração foi desfeita
undone-lede = Todas as sessões foram encerradas. Defina agora uma nova senha.

# Apps
account-apps = Aplicativos conectados
account-apps-lede = Estes aplicativos têm acesso à sua conta. Os que você remover precisarão pedir de novo.
account-apps-none = Nenhum aplicativo tem acesso à sua conta.
account-app-since = Desde { $date }
account-app-revoke = Remover acesso

# Why something of it did not work
full_session_required = Você entrou pela sua organização. Isto exige uma sessão sua.
    .title = Entre com a sua própria senha
    .next = Saia, abra a página inicial deste serviço e entre com a sua senha.
email_verification_required = Confirme primeiro o seu e-mail.
    .title = Confirme primeiro o seu endereço
    .next = Volte aos seus endereços e confirme o que já existe.
address_held = Este endereço não pode ser adicionado à sua conta.
    .title = Endereço indisponível
    .next = Use outro. Se as duas contas forem suas, remova-o primeiro da outra.
address_known = Este endereço já pertence à sua conta.
    .title = Você já tem este endereço
    .next = Volte aos seus endereços.
address_primary = Este é o seu endereço principal.
    .title = O seu endereço principal permanece
    .next = Torne principal primeiro outro endereço confirmado.
address_undoable = Até há pouco era o seu endereço principal. Ele permanece por três dias, para que a alteração possa ser desfeita.
    .title = Este endereço permanece por enquanto
    .next = Remova-o três dias depois da alteração.
addresses_full = Uma conta tem no máximo dez endereços.
    .title = Endereços demais
    .next = Remova primeiro um dos seus endereços.
last_owner = Você é o único proprietário desta organização.
    .title = O último proprietário não pode sair
    .next = Torne primeiro outra pessoa proprietária.
undo_gone = Este link não é mais válido. Ele já foi usado ou o prazo dele acabou.
    .title = O link expirou
    .next = Se outra pessoa usa a sua conta, defina uma nova senha.
