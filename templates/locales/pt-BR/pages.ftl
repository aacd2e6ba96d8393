# Palavras de todas as páginas
continue = Continuar
sign-in = Entrar
sign-in-again = Entrar novamente
sign-out = Sair
start-again = Começar de novo
title-problem = Problema:
to-app = para acessar { $app }
signed-in-as = Você entrou como { $address }
operation-label = Referência para o suporte

# Endereço
identifier-label = E-mail
identifier-placeholder = nome@empresa.com.br
identifier-chooser = Escolher uma conta que já está conectada

# Senha
password-heading = Digite sua senha
password-label = Senha
password-change = Não é você?

# Escolha da conta
accounts-heading = Escolha uma conta
accounts-sign-out-of = Sair de { $address }
labelled = { $label }: { $value }
label-above = { $label }:
listed = { $list }, { $next }
accounts-other = Usar outra conta

# Escolha da organização
tenants-heading = Escolha uma organização
tenants-none = Você ainda não faz parte de nenhuma organização aqui. Peça a um administrador para adicionar você.
tenants-elsewhere = Não encontrou a sua? Organizações hospedadas em outro lugar têm um endereço de acesso próprio. Seu administrador sabe qual é.

# Consentimento
consent-title = Permitir { $app }?
consent-heading = { $app } quer acessar sua conta
consent-host = Depois, você continuará em { $host }
consent-scopes = { $app } poderia:
consent-allow = Permitir
consent-deny = Recusar
consent-note = Permita o acesso somente se você confia em { $app }.
scope-openid = Saber quem você é quando você entra
scope-profile = Ver seu nome e seu perfil básico
scope-email = Ver seu endereço de e-mail
scope-offline-access = Manter a conexão enquanto você está ausente
scope-custom = Usar a permissão “{ $scope }”

# Saída
sign-out-heading = Deseja sair?
sign-out-lede = Sua sessão em { $product } será encerrada neste navegador.
sign-out-stay = Permanecer na conta
signed-out-heading = Você saiu da conta
signed-out-lede = Você já pode fechar esta janela.
signed-out-return = Voltar para { $app }

# Resposta por formulário
form-post-title = Um momento
form-post-lede = Estamos levando você de volta ao aplicativo. Se nada acontecer, continue com o botão.

# Início
home-title = Sua conta
home-heading = Você entrou na sua conta
home-lede = Esta é a conta que você usa com { $product } neste navegador.
home-welcome = Boas-vindas a { $product }
home-signed-out = Você não entrou em nenhuma conta.
