# Palabras de todas las páginas
continue = Continuar
sign-in = Iniciar sesión
sign-in-again = Volver a iniciar sesión
sign-out = Cerrar sesión
start-again = Empezar de nuevo
title-problem = Problema:
to-app = para ir a { $app }
signed-in-as = Sesión iniciada como { $address }
operation-label = Referencia para el soporte

# Dirección
identifier-label = Correo electrónico
identifier-placeholder = nombre@empresa.com
identifier-chooser = Elegir una cuenta con la sesión ya iniciada

# Contraseña
password-heading = Escriba su contraseña
password-label = Contraseña
password-change = ¿No es usted?

# Elección de la cuenta
accounts-heading = Elija una cuenta
accounts-sign-out-of = Cerrar sesión de { $address }
labelled = { $label }: { $value }
label-above = { $label }:
listed = { $list }, { $next }
accounts-other = Usar otra cuenta

# Elección de la organización
tenants-heading = Elija una organización
tenants-none = Todavía no pertenece a ninguna organización aquí. Pida a un administrador que le añada.
tenants-elsewhere = ¿Falta la suya? Las organizaciones alojadas en otro lugar tienen su propia dirección de inicio de sesión. Su administrador la conoce.

# Consentimiento
consent-title = ¿Permitir { $app }?
consent-heading = { $app } solicita acceso a su cuenta
consent-host = Después continuará en { $host }
consent-scopes = { $app } podría:
consent-allow = Permitir
consent-deny = Rechazar
consent-note = Permita el acceso solo si confía en { $app }.
scope-openid = Saber quién es usted al iniciar sesión
scope-profile = Ver su nombre y su perfil básico
scope-email = Ver su dirección de correo electrónico
scope-offline-access = Mantener la conexión en su ausencia
scope-custom = Usar el permiso «{ $scope }»

# Cierre de sesión
sign-out-heading = ¿Cerrar sesión?
sign-out-lede = Se cerrará su sesión de { $product } en este navegador.
sign-out-stay = Mantener la sesión iniciada
signed-out-heading = Se ha cerrado la sesión
signed-out-lede = Ya puede cerrar esta ventana.
signed-out-return = Volver a { $app }

# Respuesta por formulario
form-post-title = Un momento
form-post-lede = Le estamos llevando de vuelta a la aplicación. Si no ocurre nada, continúe con el botón.

# Inicio
home-title = Su cuenta
home-heading = Ha iniciado sesión
home-lede = Esta es la cuenta que usa con { $product } en este navegador.
home-welcome = Le damos la bienvenida a { $product }
home-signed-out = No ha iniciado sesión.
