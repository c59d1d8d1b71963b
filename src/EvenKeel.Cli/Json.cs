using System.Text.Json;
using System.Text.Json.Serialization;
using EvenKeel.Training;

namespace EvenKeel.Cli;

/// <summary>The JSON that <c>--json</c> prints: the forms of the specs, with enumerations as words.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions Options = new(SpecJson.Pretty)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>A value as JSON text.</summary>
    public static string Text<T>(T value) => JsonSerializer.Serialize(value, Options);
}
