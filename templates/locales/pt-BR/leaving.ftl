# A copy of everything
account-data = Seus dados
account-data-lede = Um único arquivo com tudo o que é guardado sobre você: perfil, endereços, formas de entrar, dispositivos, organizações, aplicativos e o que aconteceu. Ele não contém nenhuma senha.
account-data-note = Guarde o arquivo para si. Quem o tiver pode ler tudo isso.
account-data-download = Baixar o arquivo

# The end of an account
account-deletion = Excluir a conta
account-deletion-lede = Sua conta é excluída sete dias depois do seu pedido. Até lá você pode mantê-la: aqui ou pelo link enviado a cada endereço confirmado.
account-deletion-gone = Nome, senha, dispositivos, participações e acessos de aplicativos desaparecem então para sempre. Nos 30 dias seguintes seus endereços não podem ser usados em outra conta.
account-deletion-ask = Excluir minha conta
account-deletion-owner = Você é o único proprietário destas organizações. Torne primeiro outra pessoa proprietária.
account-deletion-due = Sua conta será excluída em { $date }.
account-deletion-keep = Manter minha conta
keep-heading = Manter sua conta?
keep-note = Se quiser que ela seja excluída, feche esta página.
kept-heading = Sua conta foi mantida
kept-lede = Ela não será excluída. Se você não pediu isso, defina agora uma nova senha.
