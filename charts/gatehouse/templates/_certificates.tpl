{{- /* What API servers call it by: a certificate for another name would be refused by every one of them. */ -}}
{{- define "gatehouse.serverName" -}}
{{- with .Values.webhooks.url -}}
{{- (urlParse .).hostname -}}
{{- else -}}
{{- printf "%s-admission.%s.svc" (include "gatehouse.fullname" .) .Release.Namespace -}}
{{- end -}}
{{- end -}}

{{- /* What the certificate has to cover, as JSON {dns, ip}. */ -}}
{{- define "gatehouse.names" -}}
{{- $name := printf "%s-admission" (include "gatehouse.fullname" .) -}}
{{- $short := printf "%s.%s" $name .Release.Namespace -}}
{{- $service := printf "%s.svc" $short -}}
{{- $full := printf "%s.%s" $service .Values.config.settings.clusterDomain -}}
{{- $dns := list $service $full $short $name -}}
{{- $ip := list -}}
{{- range append .Values.certificates.extraNames (include "gatehouse.serverName" .) -}}
{{- if or (contains ":" .) (regexMatch "^[0-9.]+$" .) -}}
{{- $ip = append $ip . -}}
{{- else -}}
{{- $dns = append $dns . -}}
{{- end -}}
{{- end -}}
{{- dict "dns" (uniq $dns) "ip" (uniq $ip) | toJson -}}
{{- end -}}

{{- define "gatehouse.tlsSecret" -}}
{{- if eq .Values.certificates.mode "files" -}}
{{- required "certificates.existingSecret: must name a Secret with certificates.mode 'files'" .Values.certificates.existingSecret -}}
{{- else -}}
{{- include "gatehouse.fullname" . }}-tls
{{- end -}}
{{- end -}}

{{- /*
What the chart knows of its own CA, as JSON {caBundle, ca, leaf}: `caBundle` in base64; `ca` and `leaf`, each with
`cert` and `key`, where they are made by this very run. It is made once: every template has to see the same CA, and
Helm's functions give another one each time.
*/ -}}
{{- define "gatehouse.certificates" -}}
{{- $scratch := .Values.certificates.self -}}
{{- if not (hasKey $scratch "made") -}}
{{- $_ := set $scratch "made" (include "gatehouse.makeCertificates" .) -}}
{{- end -}}
{{- $scratch.made -}}
{{- end -}}

{{- /* The certificates of a text in PEM, as a JSON list. */ -}}
{{- define "gatehouse.listCertificates" -}}
{{- regexFindAll "-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----" . -1 | default list | toJson -}}
{{- end -}}

{{- /*
Where nothing is registered: every CA that the Secrets know. In the middle of a change the pods may serve what the new
one signed already, or still what the old one did.
*/ -}}
{{- define "gatehouse.storedBundle" -}}
{{- $name := include "gatehouse.fullname" .root -}}
{{- $namespace := .root.Release.Namespace -}}
{{- $leaf := lookup "v1" "Secret" $namespace (include "gatehouse.tlsSecret" .root) -}}
{{- $stored := list (get ($leaf.data | default dict) "ca.crt") -}}
{{- range list "previous.crt" "next.crt" "tls.crt" -}}
{{- $stored = prepend $stored (get $.ca.data .) -}}
{{- end -}}
{{- $found := list -}}
{{- range compact $stored -}}
{{- $found = concat $found (include "gatehouse.listCertificates" (b64dec .) | fromJsonArray) -}}
{{- end -}}
{{- if not $found -}}
{{- fail (printf "Secret %s/%s-ca: its tls.crt holds no certificate in PEM, and a webhook that is registered without one refuses every write it is asked about; put it right, or delete the Secret to have a new CA made" $namespace $name) -}}
{{- end -}}
{{- printf "%s\n" (uniq $found | join "\n") -}}
{{- end -}}

{{- define "gatehouse.makeCertificates" -}}
{{- $name := include "gatehouse.fullname" . -}}
{{- $certificates := .Values.certificates -}}
{{- $isSelf := eq $certificates.mode "self" -}}
{{- if or (eq $certificates.mode "files") (and $isSelf (not $certificates.self.bootstrap)) -}}
{{- dict "caBundle" ($certificates.caBundle | trim | b64enc) | toJson -}}
{{- else if not $isSelf -}}
{{- dict "caBundle" "" | toJson -}}
{{- else -}}
{{- $ca := lookup "v1" "Secret" .Release.Namespace (printf "%s-ca" $name) -}}
{{- if and $ca $ca.data (index $ca.data "tls.crt") -}}
{{- /* The controller owns what is there. Its registration may hold two CAs, in the middle of a change. */ -}}
{{- $live := "" -}}
{{- range (lookup "admissionregistration.k8s.io/v1" "ValidatingWebhookConfiguration" "" $name).webhooks -}}
{{- $live = .clientConfig.caBundle | default $live -}}
{{- end -}}
{{- if not (include "gatehouse.listCertificates" ($live | b64dec) | fromJsonArray) -}}
{{- $live = include "gatehouse.storedBundle" (dict "root" . "ca" $ca) | b64enc -}}
{{- end -}}
{{- dict "caBundle" $live | toJson -}}
{{- else -}}
{{- $names := include "gatehouse.names" . | fromJson -}}
{{- if lt (trimSuffix "h" $certificates.self.caLifetime | int) (trimSuffix "h" $certificates.self.leafLifetime | int | mul 3) -}}
{{- fail "certificates.self.caLifetime: must be at least three times certificates.self.leafLifetime" -}}
{{- end -}}
{{- $caDays := div (trimSuffix "h" $certificates.self.caLifetime | int) 24 | int -}}
{{- $leafDays := div (trimSuffix "h" $certificates.self.leafLifetime | int) 24 | int -}}
{{- $ca := genCAWithKey (printf "%s-ca" $name) $caDays (genPrivateKey "ecdsa") -}}
{{- $leaf := genSignedCertWithKey (printf "%s-admission" $name) $names.ip $names.dns $leafDays $ca (genPrivateKey "ecdsa") -}}
{{- dict
      "caBundle" (b64enc $ca.Cert)
      "ca" (dict "cert" (b64enc $ca.Cert) "key" (b64enc $ca.Key))
      "leaf" (dict "cert" (b64enc $leaf.Cert) "key" (b64enc $leaf.Key))
    | toJson -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /*
The caBundle of a configuration, in base64, or nothing where somebody in the cluster writes it. A blank one fails every
call, and under Fail every write with it, so that there is no such registration.
*/ -}}
{{- define "gatehouse.caBundle" -}}
{{- $mode := .Values.certificates.mode -}}
{{- $bundle := (include "gatehouse.certificates" . | fromJson).caBundle -}}
{{- if or (eq $mode "files") (and (eq $mode "self") (not .Values.certificates.self.bootstrap)) -}}
{{- with .Values.certificates.caBundle -}}
{{- if contains "PRIVATE KEY" . -}}
{{- fail "certificates.caBundle: holds a private key, and everybody may read the registration; leave the certificates alone in it" -}}
{{- end -}}
{{- end -}}
{{- $found := include "gatehouse.listCertificates" .Values.certificates.caBundle | fromJsonArray | len -}}
{{- if eq $found 0 -}}
{{- fail (printf "certificates.caBundle: must hold a CA certificate in PEM with %s: a webhook that is registered without one refuses every write it is asked about" (ternary "certificates.mode 'files'" "certificates.self.bootstrap false" (eq $mode "files"))) -}}
{{- end -}}
{{- range list "BEGIN" "END" -}}
{{- if ne $found (regexFindAll (printf "-----%s " .) $.Values.certificates.caBundle -1 | len) -}}
{{- fail "certificates.caBundle: must hold nothing but certificates in PEM, each from its line BEGIN CERTIFICATE to its line END CERTIFICATE" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $bundle -}}
{{- end -}}

{{- /* Annotations by which something in the cluster writes the caBundle. */ -}}
{{- define "gatehouse.injectAnnotations" -}}
{{- if eq .Values.certificates.mode "cert-manager" -}}
cert-manager.io/inject-ca-from: {{ .Release.Namespace }}/{{ include "gatehouse.tlsSecret" . }}
{{- else if eq .Values.certificates.mode "openshift" -}}
service.beta.openshift.io/inject-cabundle: "true"
{{- end -}}
{{- end -}}
