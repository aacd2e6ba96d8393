# Por que não deu certo: a frase, o título de sua página e o que fazer em seguida.
wait-seconds = { $count ->
    [one] em um segundo
   *[other] em { $count } segundos
}
wait-minutes = { $count ->
    [one] em um minuto
   *[other] em { $count } minutos
}
wait-hours = { $count ->
    [one] em uma hora
   *[other] em { $count } horas
}

wrong_credentials = O e-mail e a senha não correspondem. Confira os dois e tente novamente.
    .title = Os dados não correspondem
    .next = Volte e digite novamente seu e-mail e sua senha.
identifier_invalid = Digite um endereço de e-mail, por exemplo nome@example.com.
    .title = Informe o e-mail
    .next = Volte e digite seu endereço de e-mail completo.
password_missing = Digite sua senha.
    .title = Informe a senha
    .next = Volte e digite sua senha.
throttled = Houve tentativas demais. Você poderá tentar novamente { $wait }.
    .title = Tentativas demais
    .next = Basta esperar. Sua conta está segura.
busy = Muitas pessoas estão entrando neste momento.
    .title = Um momento, por favor
    .next = Espere alguns segundos e tente novamente.
flow_expired = Este acesso ficou aberto por tempo demais.
    .title = Este acesso expirou
    .next = Volte ao aplicativo e comece de novo. Nada foi perdido.
flow_replayed = Este acesso já foi concluído ou cancelado.
    .title = Esta etapa já foi concluída
    .next = Volte ao aplicativo. Se ele ainda não reconhecer você, comece de novo por lá.
cookies_off = Seu navegador não guardou nosso cookie, por isso não conseguimos saber quem está entrando.
    .title = Os cookies são necessários
    .next = Permita cookies para este site, volte ao aplicativo e comece de novo.
browser_mismatch = Este acesso foi iniciado em outro navegador ou em outra janela.
    .title = Iniciado em outro lugar
    .next = Conclua onde você começou, ou volte ao aplicativo e comece de novo aqui.
not_a_member = Esta conta não pertence a esta organização.
    .title = Sem acesso a esta organização
    .next = Entre com outra conta ou peça a um administrador para adicionar você.
tenant_unknown = Não há nenhuma organização neste endereço.
    .title = Organização não encontrada
    .next = Confira se há erros de digitação no endereço ou peça o correto ao seu administrador.
tenant_suspended = O acesso a esta organização está desativado no momento.
    .title = Organização indisponível
    .next = Entre em contato com seu administrador.
app_unknown = O aplicativo que enviou você para cá não está registrado conosco.
    .title = Aplicativo não encontrado
    .next = Volte e avise os responsáveis pelo aplicativo.
app_not_entitled = Esta organização não usa este aplicativo.
    .title = Aplicativo indisponível
    .next = Peça a um administrador para disponibilizá-lo à sua organização.
redirect_uri_mismatch = O aplicativo pediu que enviássemos você a um endereço que não está registrado para ele. Para sua segurança, paramos aqui.
    .title = Não é possível voltar ao aplicativo
    .next = Volte e avise os responsáveis pelo aplicativo.
invalid_request = Não conseguimos entender a solicitação que trouxe você até aqui.
    .title = Há algo errado com este link
    .next = Volte ao aplicativo e comece de novo. Se isso não resolver, avise os responsáveis por ele.
request_too_large = A solicitação era maior do que tudo o que esperamos aqui.
    .title = Solicitação grande demais
    .next = Volte ao aplicativo e comece de novo.
session_ended = Sua sessão terminou.
    .title = Entre novamente
    .next = Comece de novo para entrar.
page_unknown = Não há nenhuma página neste endereço.
    .title = Página não encontrada
    .next = Confira se há erros de digitação no endereço.
method_unknown = Este endereço não pode ser usado dessa forma.
    .title = Isso não funciona aqui
    .next = Volte ao aplicativo e comece de novo.
server_error = Algo deu errado do nosso lado.
    .title = Sentimos muito
    .next = Tente novamente em instantes. Se continuar acontecendo, informe a referência abaixo ao suporte.
