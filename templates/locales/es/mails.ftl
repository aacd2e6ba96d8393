# Palabras de cada mensaje
mail-greeting = Hola, { $name }:
mail-valid = Válido durante { $minutes } minutos. Si ya escribió el código, este mensaje ha cumplido su función.
mail-plain-link = Si el botón no funciona, abra esta dirección:
mail-what-happened = De qué se trata
mail-fact-account = Cuenta
mail-fact-time = Hora
mail-fact-network = Red
mail-fact-device = Navegador
mail-fact-address = Dirección
mail-fact-new-address = Dirección nueva
mail-fact-old-address = Dirección anterior
mail-fact-until = Válido hasta
mail-fact-due = Fecha
mail-footer = Enviado por { $product }, porque allí se usó esta dirección. Nadie se los pedirá: no entregue nunca un código o un enlace de este mensaje.
mail-account = Abrir su cuenta
mail-forgot = Establecer una contraseña nueva
mail-sign-in = Iniciar sesión
mail-not-you = Si no fue usted, establezca de inmediato una contraseña nueva y revise después los correos electrónicos y los dispositivos de su cuenta.

# Crear una cuenta
mail-sign-up-code = Confirme su dirección
    .subject = Confirme su dirección para { $product }
    .lede = Escriba este código en la ventana donde empezó a crear su cuenta:
    .button = Confirmar la dirección
    .unasked = Si no pidió una cuenta, ignore este mensaje. Sin el código no se crea ninguna.
mail-already-have-account = Ya tiene una cuenta
    .subject = Ya tiene una cuenta en { $product }
    .lede = Alguien, quizá usted, quiso crear una cuenta con esta dirección. Ya tiene una, así que nada ha cambiado.
    .unasked = Si no fue usted, no hay nada que hacer.

# Direcciones
mail-prove-address = Confirme su dirección
    .subject = Confirme su dirección para { $product }
    .lede = Escriba este código en la ventana donde añadió la dirección:
    .button = Confirmar la dirección
    .unasked = Si no añadió esta dirección en ningún sitio, ignore este mensaje. Sin el código no ocurre nada.
mail-address-added = Se añadió una dirección
    .subject = Se añadió una dirección a su cuenta de { $product }
    .lede = Su cuenta tiene una dirección más.
mail-address-change-requested = Se pidió otra dirección principal
    .subject = Se pidió otra dirección principal para su cuenta de { $product }
    .lede = La dirección principal de su cuenta cambiará en cuanto se confirme la nueva. Hasta entonces todo sigue igual.
    .unasked = Si no fue usted, quite la nueva dirección de su cuenta y establezca una contraseña nueva.
mail-address-changed = Su dirección principal ha cambiado
    .subject = La dirección principal de su cuenta de { $product } ha cambiado
    .lede = A partir de ahora su cuenta tiene otra dirección principal.
    .button = Deshacer el cambio
    .unasked = Si no fue usted, deshaga el cambio con el botón de arriba. También se cierran todas las sesiones de su cuenta y se elimina la contraseña.
mail-address-restored = Su dirección principal anterior ha vuelto
    .subject = La dirección principal de su cuenta de { $product } vuelve a ser la anterior
    .lede = La dirección de abajo vuelve a ser la principal de su cuenta. Se cerró la sesión en los demás navegadores. Si para ello se usó el enlace de nuestro mensaje, también se quitó la contraseña: establezca una nueva.
mail-address-removed = Se quitó una dirección
    .subject = Se quitó una dirección de su cuenta de { $product }
    .lede = Su cuenta ya no tiene la dirección de abajo.
mail-address-stale = Los mensajes a una dirección vuelven
    .subject = Los mensajes a una dirección de su cuenta de { $product } vuelven
    .lede = Los mensajes a la dirección de abajo vuelven desde hace tiempo. Sigue en su cuenta, pero nadie puede iniciar sesión ni elegir una contraseña nueva con ella hasta que la confirme de nuevo.
    .unasked = Si la dirección sigue siendo suya, confírmela de nuevo en su cuenta. Si no, quítela allí.
mail-nothing-changed = Nada ha cambiado
    .subject = Alguien escribió su dirección en { $product }
    .lede = Alguien quiso añadir esta dirección a otra cuenta. Pertenece a la suya, así que nada ha cambiado.
    .unasked = No hay nada que hacer. Si usted mismo tiene dos cuentas, quite primero la dirección de una de ellas.

# Contraseñas e inicio de sesión
mail-recovery-code = Establecer una contraseña nueva
    .subject = Una contraseña nueva para { $product }
    .lede = Escriba este código en la ventana donde pidió una contraseña nueva:
    .button = Establecer una contraseña nueva
    .unasked = Si no la pidió, ignore este mensaje. Su contraseña sigue igual.
mail-password-changed = Se cambió su contraseña
    .subject = Se cambió su contraseña de { $product }
    .lede = Rige una contraseña nueva y se cerró la sesión en los demás navegadores.
mail-new-device = Inicio de sesión en un navegador nuevo
    .subject = Nuevo inicio de sesión en su cuenta de { $product }
    .lede = Su cuenta se usó en un navegador que no se conocía.
mail-refused-tries = Se probaron muchas contraseñas erróneas
    .subject = Contraseñas erróneas para su cuenta de { $product }
    .lede = Alguien probó contraseñas erróneas para su cuenta y fue frenado. Nadie entró así.
    .unasked = Si usa esta contraseña también en otros sitios, establezca una nueva. Si no, no hay nada que hacer.

# Invitaciones
mail-invitation = Tiene una invitación
    .subject = Invitación a { $tenant }
    .lede = Se le invita a unirse a { $tenant }, función: { $role }.
    .by = { $inviter } le invita a unirse a { $tenant }, función: { $role }.
    .button = Abrir la invitación
    .unasked = Si no lo esperaba, ignore este mensaje. Nada ocurre mientras no acepte la invitación.
mail-role-owner = propietario
mail-role-admin = administración
mail-role-auditor = auditoría
mail-role-member = miembro

# Despedida
mail-deletion-requested = Su cuenta se eliminará
    .subject = Su cuenta de { $product } se eliminará
    .lede = Pidió que se elimine su cuenta. Hasta la fecha de abajo puede cambiar de opinión.
    .button = Conservar la cuenta
    .unasked = Si no fue usted, conserve la cuenta con el botón de arriba y establezca una contraseña nueva.
mail-deletion-postponed = Su cuenta no se ha eliminado
    .subject = Su cuenta de { $product } no se ha eliminado
    .lede = Entretanto usted ha pasado a ser el único propietario de { $tenants }. Nombre allí a otro propietario. Se intentará de nuevo en la fecha indicada abajo.
    .button = Conservar la cuenta
    .unasked = Si ya no lo desea, conserve la cuenta con el botón de arriba.
mail-account-deleted = Su cuenta está eliminada
    .subject = Su cuenta de { $product } está eliminada
    .lede = Su cuenta y todo lo que le pertenecía están eliminados. Este es el último mensaje que recibe.
    .unasked = Si no fue usted, diríjase a quien gestiona el servicio en la dirección de abajo.

# Puesta en marcha
mail-test = El correo funciona
    .subject = Mensaje de prueba de { $product }
    .lede = Este mensaje se envió para probar el servidor de correo. Ha llegado.
    .unasked = Si usted no gestiona este servicio, ignore este mensaje.
