# Por qué no ha funcionado: la frase, el título de su página y qué hacer a continuación.
wait-seconds = { $count ->
    [one] dentro de un segundo
   *[other] dentro de { $count } segundos
}
wait-minutes = { $count ->
    [one] dentro de un minuto
   *[other] dentro de { $count } minutos
}
wait-hours = { $count ->
    [one] dentro de una hora
   *[other] dentro de { $count } horas
}

wrong_credentials = El correo electrónico y la contraseña no coinciden. Compruebe ambos e inténtelo de nuevo.
    .title = Los datos no coinciden
    .next = Vuelva atrás y escriba de nuevo su correo electrónico y su contraseña.
identifier_invalid = Escriba una dirección de correo electrónico, por ejemplo, nombre@example.com.
    .title = Falta el correo electrónico
    .next = Vuelva atrás y escriba su dirección de correo electrónico completa.
password_missing = Escriba su contraseña.
    .title = Falta la contraseña
    .next = Vuelva atrás y escriba su contraseña.
throttled = Ha habido demasiados intentos. Podrá volver a intentarlo { $wait }.
    .title = Demasiados intentos
    .next = Solo tiene que esperar. Su cuenta está segura.
busy = Muchas personas están iniciando sesión en este momento.
    .title = Un momento, por favor
    .next = Espere unos segundos e inténtelo de nuevo.
flow_expired = Este inicio de sesión ha estado abierto demasiado tiempo.
    .title = Este inicio de sesión ha caducado
    .next = Vuelva a la aplicación y empiece de nuevo. No se ha perdido nada.
flow_replayed = Este inicio de sesión ya se ha completado o cancelado.
    .title = Este paso ya está hecho
    .next = Vuelva a la aplicación. Si todavía no le reconoce, empiece de nuevo desde allí.
cookies_off = Su navegador no ha guardado nuestra cookie, así que no podemos saber quién está iniciando sesión.
    .title = Se necesitan cookies
    .next = Permita las cookies para este sitio, vuelva a la aplicación y empiece de nuevo.
browser_mismatch = Este inicio de sesión se empezó en otro navegador o en otra ventana.
    .title = Empezado en otro lugar
    .next = Termínelo donde lo empezó, o vuelva a la aplicación y empiece de nuevo aquí.
not_a_member = Esta cuenta no pertenece a esta organización.
    .title = Sin acceso a esta organización
    .next = Inicie sesión con otra cuenta o pida a un administrador que le añada.
tenant_unknown = No hay ninguna organización en esta dirección.
    .title = Organización no encontrada
    .next = Compruebe que la dirección no tenga errores de escritura o pida la correcta a su administrador.
tenant_suspended = El inicio de sesión en esta organización está desactivado por ahora.
    .title = Organización no disponible
    .next = Póngase en contacto con su administrador.
app_unknown = La aplicación que le ha enviado aquí no está registrada con nosotros.
    .title = Aplicación no encontrada
    .next = Vuelva atrás y avise a los responsables de la aplicación.
app_not_entitled = Esta organización no utiliza esta aplicación.
    .title = Aplicación no disponible
    .next = Pida a un administrador que la ponga a disposición de su organización.
redirect_uri_mismatch = La aplicación nos ha pedido que le enviemos a una dirección que no está registrada para ella. Por su seguridad, nos hemos detenido aquí.
    .title = No podemos llevarle de vuelta
    .next = Vuelva atrás y avise a los responsables de la aplicación.
invalid_request = No hemos podido entender la solicitud que le ha traído aquí.
    .title = Hay un problema con este enlace
    .next = Vuelva a la aplicación y empiece de nuevo. Si no sirve de ayuda, avise a sus responsables.
request_too_large = La solicitud era más grande que cualquiera que esperemos aquí.
    .title = Solicitud demasiado grande
    .next = Vuelva a la aplicación y empiece de nuevo.
session_ended = Su sesión ha terminado.
    .title = Vuelva a iniciar sesión
    .next = Empiece de nuevo para iniciar sesión.
page_unknown = No hay ninguna página en esta dirección.
    .title = Página no encontrada
    .next = Compruebe que la dirección no tenga errores de escritura.
method_unknown = Esta dirección no se puede usar de esta manera.
    .title = Eso no funciona aquí
    .next = Vuelva a la aplicación y empiece de nuevo.
server_error = Algo ha fallado por nuestra parte.
    .title = Lo sentimos
    .next = Inténtelo de nuevo en un momento. Si sigue ocurriendo, facilite al soporte la referencia que aparece abajo.
