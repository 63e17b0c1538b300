namespace SyncFunctions.Conformance;

/// <summary>What of the rules of OAuth can be tried without a person.</summary>
internal sealed class OAuthChecks(Server server, Report report, KitOptions options)
{
    private const string Person = "a person has to say yes";

    public async Task RunAsync()
    {
        report.NotChecked(Person, "A2", "A3");
        report.NotChecked("it takes a token that was used half a minute before", "A5");
        if (options.Client is not { } client)
        {
            report.NotChecked("it takes --client", "A1");
        }
        else
        {
            await report.CheckAsync(server, "A1", async () =>
            {
                var good = $"oauth/authorize?response_type=code&client_id={Uri.EscapeDataString(client)}&redirect_uri=https%3A%2F%2Fsync.example%2Fback&scope=read&state=s";
                var challenge = new string('c', 43);
                foreach (var query in new[] { "", $"&code_challenge={challenge}&code_challenge_method=plain", "&code_challenge_method=S256" })
                    (await server.GetAsync(good + query)).Expect(400);
                (await server.GetAsync(good.Replace($"client_id={Uri.EscapeDataString(client)}", "client_id=nobody") + $"&code_challenge={challenge}&code_challenge_method=S256")).Expect(400);
            });
        }

        if (options is not { Client: { } id, Secret: { } secret, RefreshToken: { } refresh })
        {
            report.NotChecked("it takes --client, --secret and --refresh-token", "A4");
            return;
        }

        await report.CheckAsync(server, "A4", async () =>
        {
            var next = (await RefreshAsync(id, secret, refresh)).Expect(200).Json;
            if (next.GetProperty("refresh_token").GetString() == refresh)
                throw new BrokenException("The refresh token is the same as before.");
            (await server.GetAsync("v1/account", ("Authorization", $"Bearer {next.GetProperty("access_token").GetString()}"))).Expect(200);
            (await RefreshAsync(id, secret, next.GetProperty("refresh_token").GetString()!)).Expect(200);
            if ((await RefreshAsync(id, secret, "unknown")).Expect(400).Json.GetProperty("error").GetString() != "invalid_grant")
                throw new BrokenException("An unknown refresh token is not invalid_grant.");
            (await RefreshAsync(id, "wrong", refresh)).Expect(401);
        });
    }

    private async Task<Exchange> RefreshAsync(string client, string secret, string token)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "refresh_token", ["refresh_token"] = token, ["client_id"] = client, ["client_secret"] = secret,
        });
        return await server.SendAsync(HttpMethod.Post, "oauth/token", form);
    }
}
