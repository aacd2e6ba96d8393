# Proving the address of a sign-in, and accounts that the tenant made
confirm-lede = Nadie ha confirmado todavía esta dirección. Cuando esté confirmada, podrá volver a entrar por correo si pierde su contraseña.
confirm-then = Después elegirá una contraseña nueva, porque alguien más puede conocer la que le dieron.
confirm-later = Ahora no
waiting-heading = Hay una cuenta esperándole
waiting-lede = { $tenant } ha creado una cuenta con esta dirección. Para usarla, escriba la contraseña que tiene ahora.
waiting-then = Después elegirá una contraseña nueva y se cerrarán todas las demás sesiones.
waiting-use = Usar esta cuenta
waiting-instead = Crear una cuenta nueva
waiting-note = Una cuenta nueva empieza vacía. Lo que { $tenant } guarda para usted se queda en la otra.

# What comes next for somebody new
welcome-title = Bienvenida
welcome-heading = Le damos la bienvenida, { $name }
welcome-lede = Su cuenta está lista. Esto es lo que puede hacer ahora.
welcome-own = Su propia organización
welcome-own-note = Es solo suya. Las aplicaciones que usa para usted guardan ahí sus cosas.
welcome-invitations = Invitaciones para usted
welcome-invitations-note = Lo que no responda seguirá abierto hasta su fecha.
welcome-apps = Aplicaciones
welcome-account = Su cuenta
welcome-account-note = Cambie su nombre y su idioma, añada direcciones y vea dónde ha iniciado sesión.

# A sign-in of one's own
own-heading = Crear un acceso propio
own-lede = Usted entra a través de { $tenant }. Con una dirección y una contraseña propias podrá entrar también sin ella.
own-then = La dirección tiene que ser suya: enviaremos un código. Después elegirá una contraseña y entrará con ambas.

# The address of an invitation
invitation-prove = Esta dirección también es mía: confirmarla
