using System.Text;

namespace SyncFunctions.Engine;

/// <summary>Unicode forms of texts that may hold lone surrogates: those are kept as the vendor gave them.</summary>
internal static class FieldText
{
    public static string Composed(string text) => Normalized(text, NormalizationForm.FormC);

    public static string Decomposed(string text) => Normalized(text, NormalizationForm.FormD);

    private static string Normalized(string text, NormalizationForm form)
    {
        try
        {
            return text.IsNormalized(form) ? text : text.Normalize(form);
        }
        catch (ArgumentException)
        {
            // A lone surrogate has no normal form.
            return text;
        }
    }
}
