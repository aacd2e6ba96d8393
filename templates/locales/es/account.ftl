# The page of the account
account-title = Su cuenta
account-open = Administrar su cuenta
account-back = Volver a su cuenta
account-save = Guardar
account-manage = Administrar

# Name and language
account-profile = Nombre e idioma
account-unnamed = Aún sin nombre
account-language = Idioma
account-language-auto = El que pida el navegador
account-language-note = Los correos que reciba y esta página lo usan.

# Addresses
account-addresses = Correos electrónicos
account-addresses-lede = Los códigos y avisos solo se envían a direcciones confirmadas.
account-address-primary = Dirección principal
account-address-proven = Confirmada
account-address-unproven = Aún sin confirmar
account-address-lapsed = Debe confirmarse de nuevo
account-address-refused = Los correos a esta dirección se rechazan desde el { $date }. En cuanto llegue uno, este aviso desaparece. Si ya no tiene el buzón, haga principal otra dirección y quite esta.
account-address-prove = Confirmar
account-address-promote = Hacer principal
account-address-remove = Quitar
account-address-add = Añadir una dirección
account-address-add-lede = Enviaremos allí un código para comprobar que es suya.
account-address-add-promote = Convertirla en mi dirección principal cuando se confirme

# Password
account-password = Contraseña
account-password-since = Establecida el { $date }
account-password-none = No hay ninguna contraseña establecida.
account-password-change = Cambiar la contraseña
account-password-note = Seguirá con la sesión iniciada aquí y se cerrará en todos los demás lugares.

# Devices
account-sessions = Dispositivos
account-sessions-count =
    { $count ->
        [one] Sesión iniciada en un dispositivo
       *[other] Sesión iniciada en { $count } dispositivos
    }
account-sessions-lede = Aquí tiene sesiones iniciadas. Cierre las que no reconozca.
account-session-here = Este navegador
account-session-unknown = Dispositivo desconocido
account-session-seen = Último uso: { $date }
account-session-end = Cerrar
account-session-end-others = Cerrar todas las demás

# Organizations
account-organizations = Organizaciones
account-organizations-none = No es miembro de ninguna organización.
account-organizations-only = Ha iniciado sesión a través de su organización, por eso aquí solo se muestra lo relacionado con ella.
account-organization-open = Abrir
account-organization-leave = Abandonar
account-leave-heading = ¿Abandonar { $tenant }?
account-leave-lede = Perderá de inmediato el acceso a sus aplicaciones. Solo un administrador puede admitirle de nuevo.
account-stay = Quedarse

# A change of the main address taken back
undo-heading = ¿Deshacer el cambio?
undo-lede = { $old } volverá a ser la dirección principal de su cuenta.
undo-removes = { $new } se quitará de ella.
undo-consequence = Se cierran todas las sesiones y se elimina la contraseña. Después establecerá una nueva.
undo-confirm = Deshacer el cambio
undone-heading = El cambio se ha deshecho
undone-lede = Se han cerrado todas las sesiones. Establezca ahora una contraseña nueva.

# Apps
account-apps = Aplicaciones conectadas
account-apps-lede = Estas aplicaciones tienen acceso a su cuenta. Las que quite tendrán que volver a pedírselo.
account-apps-none = Ninguna aplicación tiene acceso a su cuenta.
account-app-since = Desde el { $date }
account-app-revoke = Quitar acceso

# Why something of it did not work
full_session_required = Ha iniciado sesión a través de su organización. Para esto necesita una sesión propia.
    .title = Inicie sesión con su contraseña
    .next = Cierre la sesión, abra la página de inicio de este servicio e inicie sesión con su contraseña.
email_verification_required = Confirme primero su correo electrónico.
    .title = Confirme primero su dirección
    .next = Vuelva a sus direcciones y confirme la que ya tiene.
address_held = Esta dirección no se puede añadir a su cuenta.
    .title = Dirección no disponible
    .next = Use otra. Si ambas cuentas son suyas, quítela primero de la otra.
address_known = Esta dirección ya pertenece a su cuenta.
    .title = Ya tiene esta dirección
    .next = Vuelva a sus direcciones.
address_primary = Esta es su dirección principal.
    .title = Su dirección principal se queda
    .next = Haga principal primero otra dirección confirmada.
address_undoable = Hasta hace poco era su dirección principal. Se queda tres días para que el cambio se pueda deshacer.
    .title = Esta dirección se queda por ahora
    .next = Quítela cuando hayan pasado tres días desde el cambio.
addresses_full = Una cuenta tiene como máximo diez direcciones.
    .title = Demasiadas direcciones
    .next = Quite primero una de sus direcciones.
last_owner = Usted es el único propietario de esta organización.
    .title = El último propietario no puede irse
    .next = Nombre primero a otro propietario.
undo_gone = Este enlace ya no es válido. Ya se usó o su plazo ha terminado.
    .title = El enlace ha caducado
    .next = Si otra persona usa su cuenta, establezca una contraseña nueva.
