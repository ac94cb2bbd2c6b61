<%@ Application Codebehind="Global.asax.cs" Inherits="Notes.WebApiApplication" Language="C#" %>
