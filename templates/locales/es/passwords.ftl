# Why a new password is not taken
password-too-short = Una contraseña tiene al menos { $count } caracteres. Unas cuantas palabras forman una buena.
password-too-long = Esta contraseña es demasiado larga. La más larga tiene 256 caracteres.
password-weak = Esta contraseña es demasiado fácil de adivinar.
password-breached = Esta contraseña figura en una lista de contraseñas filtradas en otros sitios. Elija otra.

# What makes it weak
password-warning-key-row = Las filas rectas de teclas son fáciles de adivinar.
password-warning-key-pattern = Los patrones cortos del teclado son fáciles de adivinar.
password-warning-repeats = Las repeticiones como «aaa» son fáciles de adivinar.
password-warning-repeated-text = Las repeticiones como «abcabc» apenas son más difíciles de adivinar que «abc».
password-warning-common = Se parece a una contraseña que usan muchas personas.
password-warning-sequence = Las secuencias como «abc» o «6543» son fáciles de adivinar.
password-warning-year = Los años recientes son fáciles de adivinar.
password-warning-single-word = Una sola palabra es fácil de adivinar.
password-warning-date = Las fechas suelen ser fáciles de adivinar.
password-warning-name = Los nombres son fáciles de adivinar.

# What would make it stronger
password-advice-few-words = Use varias palabras, pero no una frase conocida.
password-advice-no-symbols-needed = No hacen falta símbolos, cifras ni mayúsculas.
password-advice-another-word = Añada una o dos palabras más, mejor si son poco comunes.
password-advice-capitals = Las mayúsculas apenas ayudan.
password-advice-reversed = Las palabras escritas al revés apenas son más difíciles de adivinar.
password-advice-substitutions = Las sustituciones como «@» por «a» apenas ayudan.
password-advice-longer-pattern = Use un patrón de teclado más largo, con más cambios de dirección.
password-advice-no-repeats = Evite palabras y caracteres repetidos.
password-advice-no-sequences = Evite las secuencias.
password-advice-no-dates = Evite fechas y años, sobre todo los suyos.
