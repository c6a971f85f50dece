{{- /* gatehouse.yaml: the values under `config`, and what only the chart knows. */ -}}
{{- define "gatehouse.config" -}}
{{- $name := include "gatehouse.fullname" . -}}
{{- $config := deepCopy .Values.config -}}

{{- $settings := $config.settings -}}
{{- range $exempt := list .Release.Namespace "kube-system" -}}
{{- if hasPrefix $settings.namespacePrefix $exempt -}}
{{- fail (printf "namespace %s: begins with %q (config.settings.namespacePrefix), so it counts as a tenant's, but the hostname guards judge nothing in the namespace of the release and in kube-system; install Gatehouse into a namespace that is no tenant's" $exempt $settings.namespacePrefix) -}}
{{- end -}}
{{- end -}}
{{- $_ := set $settings "platformNamespace" (include "gatehouse.platformNamespace" .) -}}
{{- $_ := set $settings "protectedLabels" (include "gatehouse.protectedLabels" . | fromJsonArray) -}}
{{- $controllerUser := printf "system:serviceaccount:%s:%s-controller" .Release.Namespace $name -}}
{{- $_ := set $settings "trustedUsers" (append $settings.trustedUsers $controllerUser | uniq) -}}

{{- $_ := set $config "facts" (merge (dict "source" "cluster" "snapshot" "/var/lib/gatehouse/namespaces.json") $config.facts) -}}
{{- $_ := set $config "server" (merge (dict "port" .Values.admission.port "healthPort" .Values.admission.healthPort) $config.server) -}}
{{- $_ := set $config.tls "certificate" (dict "certFile" "/etc/gatehouse/tls/tls.crt" "keyFile" "/etc/gatehouse/tls/tls.key" "requiredNames" (list (include "gatehouse.serverName" .))) -}}

{{- $webhook := dict
      "configurations" $name
      "service" (dict "name" (printf "%s-admission" $name) "namespace" .Release.Namespace)
      "certificates" (ternary "self" "external" (eq .Values.certificates.mode "self"))
      "tlsSecret" (include "gatehouse.tlsSecret" .)
      "podSelector" (include "gatehouse.selector" (dict "root" . "component" "admission") | fromYaml)
      "failurePolicies" (include "gatehouse.failurePolicies" . | fromYaml) -}}
{{- with .Values.webhooks.url -}}
{{- $_ := set $webhook "url" . -}}
{{- end -}}
{{- if eq .Values.certificates.mode "self" -}}
{{- with .Values.certificates.extraNames -}}
{{- $_ := set $webhook "extraNames" . -}}
{{- end -}}
{{- $_ := set $webhook "caSecret" (printf "%s-ca" $name) -}}
{{- $_ := set $webhook "leafLifetime" .Values.certificates.self.leafLifetime -}}
{{- $_ := set $webhook "caLifetime" .Values.certificates.self.caLifetime -}}
{{- end -}}
{{- $_ := set $config.controller "webhook" $webhook -}}
{{- $_ := set $config.controller "lease" (dict "name" (printf "%s-controller" $name) "duration" "15s" "renew" "10s" "retry" "2s") -}}
{{- toYaml $config -}}
{{- end -}}
