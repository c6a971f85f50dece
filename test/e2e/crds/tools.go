//go:build tools

// Package crds names one small package of each module whose archive carries CRDs that the tests install.
// Nothing is compiled: the imports only keep `go mod tidy` from dropping the requirements.
package crds

import (
	_ "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	_ "github.com/openshift/api/config/v1"
	_ "sigs.k8s.io/gateway-api/apis/v1"
)
