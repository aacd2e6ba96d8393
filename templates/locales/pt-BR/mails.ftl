# Palavras de cada mensagem
mail-greeting = Olá, { $name },
mail-valid = Válido por { $minutes } minutos. Se você já digitou o código, esta mensagem cumpriu seu papel.
mail-plain-link = Se o botão não funcionar, abra este endereço:
mail-what-happened = Do que se trata
mail-fact-account = Conta
mail-fact-time = Horário
mail-fact-network = Rede
mail-fact-device = Navegador
mail-fact-address = Endereço
mail-fact-new-address = Novo endereço
mail-fact-old-address = Endereço anterior
mail-fact-until = Válido até
mail-fact-due = Data
mail-footer = Enviado por { $product }, porque este endereço foi usado lá. Ninguém vai pedi-los: nunca repasse um código ou um link desta mensagem.
mail-account = Abrir sua conta
mail-forgot = Definir uma nova senha
mail-sign-in = Entrar
mail-not-you = Se não foi você, defina imediatamente uma nova senha e depois confira os e-mails e os dispositivos da sua conta.

# Criar uma conta
mail-sign-up-code = Confirme seu endereço
    .subject = Confirme seu endereço para { $product }
    .lede = Digite este código na janela em que você começou a criar sua conta:
    .button = Confirmar o endereço
    .unasked = Se você não pediu uma conta, ignore esta mensagem. Sem o código nenhuma é criada.
mail-already-have-account = Você já tem uma conta
    .subject = Você já tem uma conta em { $product }
    .lede = Alguém, talvez você, quis criar uma conta com este endereço. Ele já tem uma, então nada mudou.
    .unasked = Se não foi você, não há nada a fazer.

# Endereços
mail-prove-address = Confirme seu endereço
    .subject = Confirme seu endereço para { $product }
    .lede = Digite este código na janela em que você adicionou o endereço:
    .button = Confirmar o endereço
    .unasked = Se você não adicionou este endereço em lugar nenhum, ignore esta mensagem. Sem o código nada acontece.
mail-address-added = Um endereço foi adicionado
    .subject = Um endereço foi adicionado à sua conta { $product }
    .lede = Sua conta tem mais um endereço.
mail-address-change-requested = Outro endereço principal foi pedido
    .subject = Outro endereço principal foi pedido para sua conta { $product }
    .lede = O endereço principal da sua conta mudará assim que o novo for confirmado. Até lá tudo fica como está.
    .unasked = Se não foi você, remova o novo endereço da sua conta e defina uma nova senha.
mail-address-changed = Seu endereço principal mudou
    .subject = O endereço principal da sua conta { $product } mudou
    .lede = A partir de agora sua conta tem outro endereço principal.
    .button = Desfazer a alteração
    .unasked = Se não foi você, desfaça a alteração com o botão acima. Isso também encerra todas as sessões da sua conta e remove a senha.
mail-address-restored = Seu endereço principal anterior voltou
    .subject = O endereço principal da sua conta { $product } é novamente o anterior
    .lede = O endereço abaixo é novamente o principal da sua conta. Os outros navegadores foram desconectados. Se o link do nosso e-mail foi usado para isso, a senha também foi removida: defina uma nova.
mail-address-removed = Um endereço foi removido
    .subject = Um endereço foi removido da sua conta { $product }
    .lede = Sua conta não tem mais o endereço abaixo.
mail-address-stale = As mensagens para um endereço voltam
    .subject = As mensagens para um endereço da sua conta { $product } voltam
    .lede = As mensagens para o endereço abaixo voltam há bastante tempo. Ele continua na sua conta, mas ninguém pode entrar nem definir uma nova senha com ele até que você o confirme de novo.
    .unasked = Se o endereço ainda é seu, confirme-o de novo na sua conta. Se não, remova-o lá.
mail-nothing-changed = Nada mudou
    .subject = Alguém digitou seu endereço em { $product }
    .lede = Alguém quis adicionar este endereço a outra conta. Ele pertence à sua, então nada mudou.
    .unasked = Não há nada a fazer. Se você mesmo tem duas contas, remova primeiro o endereço de uma delas.

# Senhas e entrada
mail-recovery-code = Definir uma nova senha
    .subject = Uma nova senha para { $product }
    .lede = Digite este código na janela em que você pediu uma nova senha:
    .button = Definir uma nova senha
    .unasked = Se você não pediu, ignore esta mensagem. Sua senha continua a mesma.
mail-password-changed = Sua senha foi alterada
    .subject = Sua senha de { $product } foi alterada
    .lede = Uma nova senha está em vigor, e os outros navegadores foram desconectados.
mail-new-device = Entrada em um novo navegador
    .subject = Nova entrada na sua conta { $product }
    .lede = Sua conta foi usada em um navegador que ainda não era conhecido.
mail-refused-tries = Muitas senhas erradas foram tentadas
    .subject = Senhas erradas para sua conta { $product }
    .lede = Alguém tentou senhas erradas para sua conta e foi freado. Ninguém entrou assim.
    .unasked = Se você usa essa senha em outros lugares, defina uma nova. Caso contrário, não há nada a fazer.

# Convites
mail-invitation = Você recebeu um convite
    .subject = Convite para { $tenant }
    .lede = Você recebeu um convite para { $tenant }, função: { $role }.
    .by = { $inviter } convida você para { $tenant }, função: { $role }.
    .button = Abrir o convite
    .unasked = Se você não esperava por isso, ignore esta mensagem. Nada acontece enquanto você não aceitar o convite.
mail-role-owner = proprietário
mail-role-admin = administração
mail-role-auditor = auditoria
mail-role-member = membro

# Despedida
mail-deletion-requested = Sua conta será excluída
    .subject = Sua conta { $product } será excluída
    .lede = Você pediu a exclusão da sua conta. Até a data abaixo você pode mudar de ideia.
    .button = Manter a conta
    .unasked = Se não foi você, mantenha a conta com o botão acima e defina uma nova senha.
mail-deletion-postponed = Sua conta não foi excluída
    .subject = Sua conta em { $product } não foi excluída
    .lede = Nesse meio-tempo você se tornou o único proprietário de { $tenants }. Torne lá outra pessoa proprietária. Haverá uma nova tentativa na data abaixo.
    .button = Manter a conta
    .unasked = Se você não quiser mais isso, mantenha a conta com o botão acima.
mail-account-deleted = Sua conta foi excluída
    .subject = Sua conta { $product } foi excluída
    .lede = Sua conta e tudo o que pertencia a ela foram excluídos. Esta é a última mensagem para você.
    .unasked = Se não foi você, procure quem mantém o serviço no endereço abaixo.

# Configuração
mail-test = O e-mail funciona
    .subject = Mensagem de teste de { $product }
    .lede = Esta mensagem foi enviada para testar o servidor de e-mail. Ela chegou.
    .unasked = Se você não opera este serviço, ignore esta mensagem.
