/**
 * Keys that OpenShell knows and a config may not hold, for the diagnosis alone: a reader who finds the key in
 * OpenShell's own documentation must not look for a typing error. Source: reference/openshell-gateways.md 3.11.
 */
const upstreamKeys: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    openshell: 'version supervisor credential_drivers',
    'openshell.gateway':
      'compute_drivers ssh_session_ttl_secs grpc_rate_limit_requests grpc_rate_limit_window_seconds ' +
      'enable_loopback_service_http service_account_name enable_user_namespaces sa_token_ttl_secs guest_tls_ca ' +
      'guest_tls_cert guest_tls_key mtls_auth interceptors provider_profile_sources otlp ' +
      'policy_validation_failure_mode credential_drivers default_credential_driver credential_storage',
    'openshell.drivers.kubernetes':
      'default_image image_pull_secrets supervisor_image supervisor_image_pull_policy ssh_socket_path ' +
      'client_tls_secret_name enable_user_namespaces workspace_default_storage_size default_runtime_class_name ' +
      'provider_spiffe_workload_api_socket_path supervisor_topology sandbox_uid sandbox_gid topology sidecar ' +
      'workspace_storage_class workspace_mode gateway_id operator_namespace_label operator_namespace_file ' +
      'managed_ssh_ingress https_proxy no_proxy proxy_connect_by_hostname',
    'openshell.supervisor': 'middleware',
  }).map(([table, keys]) => [table, new Set(keys.split(' '))]),
)

/** Whether OpenShell knows `key` in `table`, in any version. */
export function isUpstreamKey(table: string, key: string): boolean {
  const isProxyAuth = table === 'openshell.drivers.kubernetes' && key.startsWith('proxy_auth_')
  return isProxyAuth || upstreamKeys.get(table)?.has(key) === true
}
