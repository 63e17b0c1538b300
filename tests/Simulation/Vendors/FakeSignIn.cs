using System.Globalization;

namespace SyncFunctions.Simulation.Vendors;

/// <summary>
/// OAuth of a fake system: access tokens end, refresh tokens rotate. A refresh token that was rotated out is good until the tokens that
/// took its place are used; after that its use looks like theft and ends the grant.
/// </summary>
public sealed class FakeSignIn(FakeHabits habits, TimeProvider time)
{
    private readonly Dictionary<string, DateTimeOffset> _access = [];
    private int _made;
    private string _refresh = "";
    private string? _former;
    private string? _unused;

    public bool IsGranted { get; private set; }

    /// <summary>Somebody used a refresh token that had been rotated out.</summary>
    public int Replays { get; private set; }

    public (string Access, string Refresh) Grant()
    {
        IsGranted = true;
        _former = null;
        return Make();
    }

    /// <summary>The access tokens given so far work no longer; the grant lives.</summary>
    public void DropAccess() => _access.Clear();

    /// <summary>A person ended the grant: somebody has to connect again.</summary>
    public void Revoke()
    {
        IsGranted = false;
        _access.Clear();
    }

    public bool Accepts(string? token)
    {
        if (token is null || !_access.TryGetValue(token, out var end) || end <= time.GetUtcNow()) return false;
        if (token == _unused) (_former, _unused) = (null, null);
        return true;
    }

    /// <summary>Somebody has refreshed with it before; the tokens that took its place are not used yet.</summary>
    public bool IsRotatedOut(string token) => IsGranted && token == _former;

    public (string Access, string Refresh)? Refresh(string token)
    {
        if (!IsGranted) return null;
        if (token == _refresh || token == _former)
        {
            _former = token;
            return Make();
        }

        Replays++;
        Revoke();
        return null;
    }

    private (string Access, string Refresh) Make()
    {
        var number = (++_made).ToString(CultureInfo.InvariantCulture);
        var access = _unused = $"{habits.System}-access-{number}";
        _access[access] = time.GetUtcNow() + habits.TokenLife;
        _refresh = $"{habits.System}-refresh-{number}";
        return (access, _refresh);
    }
}
