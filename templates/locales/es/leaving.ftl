# A copy of everything
account-data = Sus datos
account-data-lede = Un solo archivo con todo lo que se guarda sobre usted: perfil, direcciones, formas de iniciar sesión, dispositivos, organizaciones, aplicaciones y lo que ha ocurrido. No contiene ninguna contraseña.
account-data-note = Guarde el archivo para usted. Quien lo tenga puede leerlo todo.
account-data-download = Descargar el archivo

# The end of an account
account-deletion = Eliminar la cuenta
account-deletion-lede = Su cuenta se elimina siete días después de que lo pida. Hasta entonces puede conservarla: aquí o con el enlace que recibe cada dirección confirmada.
account-deletion-gone = Entonces desaparecen para siempre el nombre, la contraseña, los dispositivos, las pertenencias y el acceso de las aplicaciones. Durante los 30 días siguientes sus direcciones no se pueden usar en otra cuenta.
account-deletion-ask = Eliminar mi cuenta
account-deletion-owner = Usted es el único propietario de estas organizaciones. Nombre primero a otro propietario.
account-deletion-due = Su cuenta se eliminará el { $date }.
account-deletion-keep = Conservar mi cuenta
keep-heading = ¿Conservar su cuenta?
keep-note = Si desea que se elimine, cierre esta página.
kept-heading = Su cuenta se conserva
kept-lede = No se eliminará. Si usted no lo pidió, establezca ahora una contraseña nueva.
