# Why a new password is not taken
password-too-short = Uma senha tem pelo menos { $count } caracteres. Algumas palavras formam uma boa senha.
password-too-long = Esta senha é longa demais. A mais longa tem 256 caracteres.
password-weak = Esta senha é fácil demais de adivinhar.
password-breached = Esta senha está em uma lista de senhas que vazaram em outros lugares. Escolha outra.

# What makes it weak
password-warning-key-row = Fileiras retas de teclas são fáceis de adivinhar.
password-warning-key-pattern = Padrões curtos no teclado são fáceis de adivinhar.
password-warning-repeats = Repetições como “aaa” são fáceis de adivinhar.
password-warning-repeated-text = Repetições como “abcabc” são pouco mais difíceis de adivinhar do que “abc”.
password-warning-common = Ela se parece com uma senha que muitas pessoas usam.
password-warning-sequence = Sequências como “abc” ou “6543” são fáceis de adivinhar.
password-warning-year = Anos recentes são fáceis de adivinhar.
password-warning-single-word = Uma única palavra é fácil de adivinhar.
password-warning-date = Datas costumam ser fáceis de adivinhar.
password-warning-name = Nomes são fáceis de adivinhar.

# What would make it stronger
password-advice-few-words = Use algumas palavras, mas não uma frase conhecida.
password-advice-no-symbols-needed = Símbolos, números e letras maiúsculas não são necessários.
password-advice-another-word = Acrescente mais uma ou duas palavras, de preferência incomuns.
password-advice-capitals = Letras maiúsculas ajudam pouco.
password-advice-reversed = Palavras escritas ao contrário são pouco mais difíceis de adivinhar.
password-advice-substitutions = Substituições como “@” por “a” ajudam pouco.
password-advice-longer-pattern = Use um padrão de teclado mais longo, com mais mudanças de direção.
password-advice-no-repeats = Evite palavras e caracteres repetidos.
password-advice-no-sequences = Evite sequências.
password-advice-no-dates = Evite datas e anos, principalmente os seus.
