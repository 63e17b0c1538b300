using Microsoft.AspNetCore.Http.Features;

namespace SyncFunctions.Vendors;

/// <summary>Endpoint metadata: the right that only an account administrator has.</summary>
internal sealed record SimRight(string Name);

/// <summary>What stands before every API call: token, daily limit, rights.</summary>
internal static class SimGuard
{
    public static TBuilder Guard<TBuilder>(this TBuilder routes, SimSystem system, Func<HttpRequest, string?> token)
        where TBuilder : IEndpointConventionBuilder =>
        routes.AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            if (token(http.Request) is not { Length: > 0 } given || system.Tokens.Caller(given) is not { } caller)
                return system.Definition.Error(401, "Authorization has been denied for this request: the access token is missing, unknown or expired.");
            if (!caller.Account.TryCall())
                return system.Definition.Error(429, $"The limit of {system.Settings.DailyLimit} calls a day is used up for this account.");
            if (http.GetEndpoint()?.Metadata.GetMetadata<SimRight>() is { } right && !caller.User.IsAdmin)
                return system.Definition.Error(403, $"Access denied: this user does not have the right '{right.Name}'.");
            if (!HttpMethods.IsGet(http.Request.Method) && caller.Scope != SimTokens.FullScope)
                return system.Definition.Error(403, "Access denied: the access token was granted with the scope 'read'.");
            http.Features.Set(caller);
            return await next(context);
        });

    public static TBuilder Needs<TBuilder>(this TBuilder endpoint, string right)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new SimRight(right));

    /// <summary>Who makes the call that passed the guard.</summary>
    public static SimCaller Caller(this HttpContext http) => http.Features.GetRequiredFeature<SimCaller>();
}
