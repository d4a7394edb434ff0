// SPDX-License-Identifier: Apache-2.0
@testable import Failover
import Testing

/// Errors which a rule that reads too much into them would turn into a blocked account.
@Suite struct `The classifier does no harm` {
    private static func error(
        _ status: Int?, _ message: String?, by provider: ProviderID = "somebody", code: String? = nil, type: String? = nil
    ) -> ErrorObject {
        var error = ErrorObject(provider: provider, wire: "openai-completions", model: "m")
        (error.status, error.message, error.code, error.type) = (status, message, code, type)
        return error
    }

    @Test(arguments: [
        // A model, a feature, a request, an address.
        (error(403, "The request has been blocked by the content management policy"), Reason.contentPolicy),
        (error(403, "Your request has been blocked by our security policy."), .unknown),
        (error(403, "Request blocked by the web application firewall"), .unknown),
        (error(403, "Your IP address has been blocked"), .auth),
        (error(403, "Streaming has been disabled by your administrator"), .auth),
        (error(403, "Generative Language API has been disabled in project 1234", code: "SERVICE_DISABLED"), .auth),
        (error(403, "Model qwen-x has been deactivated"), .modelNotFound),
        (error(400, "The deployment was deactivated and is no longer available"), .modelNotFound),
        (error(400, "This model has been disabled"), .modelNotFound),
        (error(400, "Tool use has been disabled for it"), .invalidRequest),
        (error(400, "logit_bias: token 1234 has been disabled"), .invalidRequest),
        (error(400, "Stream has been terminated by the client"), .invalidRequest),
        (error(401, "Your session has been terminated, log in again"), .auth),
        // What ends by itself, or with a payment.
        (error(429, "Your account has been blocked temporarily due to too many requests"), .rateLimit),
        (error(429, "Team has been blocked for 1 minute due to exceeding rate"), .rateLimit),
        (error(403, "Your account is temporarily locked after too many failed requests."), .auth),
        (error(403, "Your account has been disabled due to unpaid balance"), .billing),
        (error(401, "Account deactivated: payment failed"), .billing),
    ])
    func `blocks no credential for ever for what passes, or is not about it`(error: ErrorObject, reason: Reason) {
        #expect(Classifier.classify(error).reason == reason)
    }

    @Test(arguments: [
        "This organization has been disabled.", "Your account (a@b.org) has been deactivated", "API key has been disabled",
        "The user was banned", "Your account is locked.", "Your access to it has been terminated", "The token has been revoked",
    ])
    func `still knows what is for ever`(message: String) {
        #expect(Classifier.classify(Self.error(403, message)).reason == .authPermanent)
    }

    @Test(arguments: ["previous_response_not_found", "file_not_found", "FileNotFoundError", "resource_pipeline_failed", "base_not_found"])
    func `takes no name that ends like a code of Node's for a broken network`(code: String) {
        for status in [400, 404, 500] {
            #expect(Classifier.classify(Self.error(status, "No.", code: code)).reason != .network)
        }
    }

    @Test(arguments: ["ENOTFOUND", "EPIPE"])
    func `still knows the codes themselves`(code: String) {
        #expect(Classifier.classify(Self.error(nil, "No.", code: code)).reason == .network)
    }

    @Test(arguments: [
        error(404, "Previous response with id 'resp_1' not found.", code: "previous_response_not_found", type: "invalid_request_error"),
        error(404, "No such File object: file-abc123", type: "invalid_request_error"),
        error(404, "Item with id 'rs_1' not found."),
        error(403, "You do not have permission to access the File abc or it may not exist.", code: "403", type: "PERMISSION_DENIED"),
        error(403, "CachedContent not found (or permission denied)", code: "403", type: "PERMISSION_DENIED"),
        error(424, "Error retrieving tool list from MCP server: 'foo'. Http status code: 401 (Unauthorized)", code: "http_error"),
        error(400, "mcp_servers.0: Authentication error while communicating with MCP server. Check your authorization token."),
    ])
    func `blocks nothing for what a request refers to and is not there`(error: ErrorObject) {
        let failure = Classifier.classify(error)
        #expect(failure.reason == .invalidRequest)
        #expect(failure.scope == nil)
    }

    @Test(arguments: [
        error(400, "Invalid 'tools[0].function.name': 'get_api_key' does not match '^[a-z]+$'.", code: "invalid_value"),
        error(400, "Invalid schema for function 'get_credit_balance': 'authorization' is not a type", type: "invalid_request_error"),
        error(400, "tools.3.custom.input_schema: JSON schema is invalid: property oauth_token", type: "invalid_request_error"),
        error(400, "GenerateContentRequest.tools[0].function_declarations[3].name: Invalid function name lookup_access_token."),
        error(422, "Input should be a valid string: body.messages.2.tool_calls.0.function.name recharge_account"),
        error(400, "messages: Unable to download file: access denied", type: "invalid_request_error"),
    ])
    func `blames no key and no money for names in a place of the request`(error: ErrorObject) {
        let failure = Classifier.classify(error)
        #expect([.invalidRequest, .format].contains(failure.reason) && failure.scope == nil)
    }

    @Test func `expects a model that is being started back soon`() {
        for status in [400, 429, 503] {
            let failure = Classifier.classify(Self.error(status, "Model is not ready for inference.", code: "ModelNotReadyException"))
            #expect(failure.reason == .overloaded)
        }
    }

    @Test(arguments: [
        "You are sending requests too quickly. Please pace your requests, or top up for higher limits",
        "You have reached the rate limit for it; upgrade to a paid plan or add credits for higher limits",
        "Too many requests for team. To increase your limit, purchase more credits.",
        "Request was rate limited until you add a payment method",
    ])
    func `takes no advice to buy more for an empty account`(message: String) {
        #expect(Classifier.classify(Self.error(429, message)).reason == .rateLimit)
    }
}
