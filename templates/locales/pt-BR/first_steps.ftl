# Proving the address of a sign-in, and accounts that the tenant made
confirm-lede = Ninguém confirmou este endereço ainda. Depois de confirmado, você poderá voltar por e-mail se perder a senha.
confirm-then = Depois você define uma senha nova, porque outra pessoa pode conhecer a que lhe deram.
confirm-later = Agora não
waiting-heading = Uma conta espera por você
waiting-lede = { $tenant } criou uma conta com este endereço. Para usá-la, digite a senha que ela tem agora.
waiting-then = Depois você define uma senha nova, e todas as outras sessões são encerradas.
waiting-use = Usar esta conta
waiting-instead = Criar uma conta nova
waiting-note = Uma conta nova começa vazia. O que { $tenant } guarda para você continua na outra.

# What comes next for somebody new
welcome-title = Boas-vindas
welcome-heading = Boas-vindas, { $name }
welcome-lede = Sua conta está pronta. Veja o que você pode fazer agora.
welcome-own = Sua própria organização
welcome-own-note = Ela é só sua. Os aplicativos que você usa para si guardam suas coisas ali.
welcome-invitations = Convites para você
welcome-invitations-note = O que você não responder fica aberto até a data indicada.
welcome-apps = Aplicativos
welcome-account = Sua conta
welcome-account-note = Mude seu nome e idioma, adicione endereços e veja onde você está conectado.

# A sign-in of one's own
own-heading = Criar um acesso próprio
own-lede = Você entra por meio de { $tenant }. Com um endereço e uma senha seus, você também pode entrar sem isso.
own-then = O endereço precisa ser seu: enviaremos um código para ele. Depois você define uma senha e entra com os dois.

# The address of an invitation
invitation-prove = Este endereço também é meu: confirmar
