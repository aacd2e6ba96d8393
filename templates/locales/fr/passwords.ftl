# Why a new password is not taken
password-too-short = Un mot de passe comporte au moins { $count } caractères. Quelques mots en font un bon.
password-too-long = Ce mot de passe est trop long. Le plus long comporte 256 caractères.
password-weak = Ce mot de passe est trop facile à deviner.
password-breached = Ce mot de passe figure dans une liste de mots de passe divulgués ailleurs. Veuillez en choisir un autre.

# What makes it weak
password-warning-key-row = Les rangées de touches sont faciles à deviner.
password-warning-key-pattern = Les motifs courts sur le clavier sont faciles à deviner.
password-warning-repeats = Les répétitions comme « aaa » sont faciles à deviner.
password-warning-repeated-text = Les répétitions comme « abcabc » sont à peine plus difficiles à deviner que « abc ».
password-warning-common = Il ressemble à un mot de passe que beaucoup utilisent.
password-warning-sequence = Les suites comme « abc » ou « 6543 » sont faciles à deviner.
password-warning-year = Les années récentes sont faciles à deviner.
password-warning-single-word = Un mot seul est facile à deviner.
password-warning-date = Les dates sont souvent faciles à deviner.
password-warning-name = Les noms sont faciles à deviner.

# What would make it stronger
password-advice-few-words = Utilisez quelques mots, mais pas une expression connue.
password-advice-no-symbols-needed = Les symboles, les chiffres et les majuscules ne sont pas nécessaires.
password-advice-another-word = Ajoutez encore un mot ou deux, de préférence rares.
password-advice-capitals = Les majuscules n’aident guère.
password-advice-reversed = Les mots écrits à l’envers ne sont guère plus difficiles à deviner.
password-advice-substitutions = Les substitutions comme « @ » pour « a » n’aident guère.
password-advice-longer-pattern = Utilisez un motif de clavier plus long, avec plus de changements de direction.
password-advice-no-repeats = Évitez les mots et les caractères répétés.
password-advice-no-sequences = Évitez les suites.
password-advice-no-dates = Évitez les dates et les années, surtout les vôtres.
